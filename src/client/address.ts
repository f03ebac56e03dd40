/** What a session's socket is opened with. Guarantees that no token is in an address: those end up in logs. */

import { BEARER_SUBPROTOCOL, SUBPROTOCOL } from '../protocol/subprotocols.ts';
import type { Place } from './cursor.ts';
import type { ConnectOptions } from './types.ts';

export interface Address {
  /** The session and its shop, without the place: what its position is kept under. */
  readonly key: string;
  /** With the place to resume from. */
  at(place: Place): string;
}

/** Throws a TypeError for what the service would refuse again and again. */
export function sessionAddressOf({ url, sid, shop }: Pick<ConnectOptions, 'url' | 'sid' | 'shop'>): Address {
  if (!/^[\w.-]{1,64}$/.test(sid)) throw new TypeError('sid must be 1 to 64 of A-Z a-z 0-9 . _ -');
  if (shop !== undefined && !/^[\w-]{1,64}$/.test(shop)) {
    throw new TypeError('shop must be 1 to 64 of A-Z a-z 0-9 _ -');
  }
  const base = new URL(url);
  base.protocol = base.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(base.protocol)) throw new TypeError('url must be of http, https, ws or wss');
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/ws/${sid}`;
  base.search = '';
  base.hash = '';
  return {
    key: `orderbell ${base.href} ${shop ?? ''}`,
    at({ seq, epoch, receipts }) {
      const full = new URL(base);
      const query = { shop, since: seq, epoch, receiptsSince: receipts };
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) full.searchParams.set(name, String(value));
      }
      return full.href;
    },
  };
}

/** What the browser sends along; undefined for a token with characters that RFC 6455 keeps out of a subprotocol. */
export function protocolsWith(token: string | undefined): string[] | undefined {
  if (!token) return [SUBPROTOCOL];
  return /^[\w!#$%&'*+.^`|~-]+$/.test(token) ? [SUBPROTOCOL, `${BEARER_SUBPROTOCOL}${token}`] : undefined;
}
