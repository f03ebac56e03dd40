/**
 * What a client asks for in the URL and the subprotocols of its upgrade. Pure. What is accepted is well-formed. Anything else
 * is refused before the upgrade, with the rule that it broke.
 */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Count, Epoch } from '../../domain/log.ts';
import { Sid } from '../../domain/notification.ts';
import { DEFAULT_SHOP, ShopId } from '../../domain/order.ts';
import { PLAIN_SUBPROTOCOL, SUBPROTOCOL } from '../../protocol/subprotocols.ts';
import type { JoinRequest } from '../session.ts';

/** What an upgrade asks for, raw: still percent-encoded. */
export interface UpgradeRequest {
  sid: string;
  query: string;
  /** The header `Sec-WebSocket-Protocol`. */
  protocols: string;
}

/** What the URL may say besides the `sid`. */
export const JoinQuery = Type.Object({
  shop: Type.Optional(ShopId),
  since: Type.Optional(Count),
  epoch: Type.Optional(Epoch),
  receiptsSince: Type.Optional(Count),
});

/** What it may say besides where a deployment takes tokens from there. */
export const TokenQuery = Type.Object({
  token: Type.Optional(
    Type.String({
      description: 'where neither a header nor a subprotocol can carry it: addresses end up in logs',
    }),
  ),
});

const shopId = Compile(ShopId);
const wellFormedSid = Compile(Sid);
const epoch = Compile(Epoch);
const count = Compile(Count);
/** One way to write each number. */
const countPattern = /^(0|[1-9][0-9]{0,15})$/;

/** The request, or in words why it is refused. */
export function readJoinRequest(asked: UpgradeRequest): JoinRequest | string {
  const sid = decode(asked.sid);
  if (!wellFormedSid.Check(sid)) return 'sid must be 1 to 64 of A-Z a-z 0-9 . _ -';
  const query = new URLSearchParams(asked.query);
  const shop = query.get('shop') ?? DEFAULT_SHOP;
  if (!shopId.Check(shop)) return 'shop must be 1 to 64 of A-Z a-z 0-9 _ -';

  const request: JoinRequest = { shopId: shop, sid, protocol: pickProtocol(asked.protocols) };
  for (const key of ['since', 'receiptsSince'] as const) {
    const text = query.get(key);
    if (text === null) continue;
    if (!countPattern.test(text) || !count.Check(Number(text))) {
      return `${key} must be a whole number from 0`;
    }
    request[key] = Number(text);
  }
  const of = query.get('epoch');
  if (of !== null) {
    if (!epoch.Check(of)) return 'epoch must be 1 to 64 of A-Z a-z 0-9 . _ -';
    request.epoch = of;
  }
  return request;
}

/** Ours if it was offered; a client that offers only others is served the plain frames. */
function pickProtocol(offered: string): JoinRequest['protocol'] {
  return pickSubprotocol(offered) === SUBPROTOCOL ? SUBPROTOCOL : 'plain';
}

/** What to answer to the subprotocols that were offered; empty answers none. Never what carries a token. */
export function pickSubprotocol(offered: string): string {
  const names = offered.split(',').map((name) => name.trim());
  return [SUBPROTOCOL, PLAIN_SUBPROTOCOL].find((name) => names.includes(name)) ?? '';
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
