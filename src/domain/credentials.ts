/**
 * Where a caller's token stands. Pure. Guarantees one token or none: of two that differ none is taken, since the
 * sender does not know which of them would count.
 */

import { BEARER_SUBPROTOCOL } from '../protocol/subprotocols.ts';

/** The parts of a request that may carry a token; empty where the request has none. */
export interface Carriers {
  /** The header `Authorization`. */
  authorization: string;
  /** The header `Sec-WebSocket-Protocol`. */
  protocols?: string;
  query: URLSearchParams;
}

export type Credentials = { ok: true; token: string | undefined } | { ok: false; message: string };

export interface CredentialRules {
  /** Whether the query may carry a token: addresses end up in logs and histories. */
  queryToken: boolean;
}

/**
 * RFC 6750 section 2: a client must not send a token in more than one way. The same one twice does no harm. A token in the query
 * that is not taken is refused also beside another one: it has been seen by then, and should not be sent again.
 */
export function readCredentials(
  { authorization, protocols = '', query }: Carriers,
  { queryToken }: CredentialRules,
): Credentials {
  const inQuery = query.getAll('token');
  if (inQuery.length > 0 && !queryToken) return { ok: false, message: IN_ADDRESS };
  const tokens = new Set([...bearerOf(authorization), ...offered(protocols), ...inQuery]);
  if (tokens.size > 1) return { ok: false, message: 'more than one token: send one' };
  const [token] = tokens;
  return { ok: true, token };
}

const IN_ADDRESS =
  'a token in the address is refused: send it in the header Authorization, or to a socket as the subprotocol bearer.<token>';

/** What another scheme carries, such as a proxy's own user and password, is not for us. */
function bearerOf(authorization: string): string[] {
  const found = /^bearer(?: +(.*))?$/i.exec(authorization.trim());
  return found === null ? [] : [found[1] ?? ''];
}

function offered(protocols: string): string[] {
  const names = protocols.split(',').map((name) => name.trim());
  return names
    .filter((name) => name.startsWith(BEARER_SUBPROTOCOL))
    .map((name) => name.slice(BEARER_SUBPROTOCOL.length));
}
