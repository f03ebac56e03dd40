/** Which sockets of an old page are of its bell: plain ones, at `/ws/:sid` of any host. Pure. */

import type { ConnectOptions } from './types.ts';

export interface OldAddress {
  /** As the browser would show it. */
  readonly url: string;
  readonly options: Pick<ConnectOptions, 'url' | 'sid' | 'shop' | 'token'>;
}

/** Undefined for what is another socket, or none: then the browser decides. `base` is the page's address. */
export function oldAddressOf(
  url: string | URL,
  protocols: string | readonly string[] | undefined,
  base: string,
): OldAddress | undefined {
  if (protocols !== undefined && protocols.length > 0) return undefined;
  const parsed = parse(url, base);
  const [, path, sid] = /^(.*)\/ws\/([\w.-]{1,64})$/.exec(parsed?.pathname ?? '') ?? [];
  if (parsed === undefined || path === undefined || sid === undefined) return undefined;
  const shop = parsed.searchParams.get('shop') || undefined;
  if (shop !== undefined && !/^[\w-]{1,64}$/.test(shop)) return undefined;
  const token = parsed.searchParams.get('token') || undefined;
  return {
    url: parsed.href,
    options: {
      url: new URL(`${path}/`, parsed),
      sid,
      ...(shop === undefined ? {} : { shop }),
      ...(token === undefined ? {} : { token }),
    },
  };
}

function parse(url: string | URL, base: string): URL | undefined {
  try {
    const parsed = new URL(url, base);
    // Browsers take http for ws here since 2024.
    parsed.protocol = parsed.protocol.replace(/^http/, 'ws');
    return parsed;
  } catch {
    return undefined;
  }
}
