/**
 * What a request must be whoever sends it: one check for every route and for upgrades. Guarantees that no request is
 * served whose end is unclear, that came by a name which is not the service's, or from a page that may not use it.
 */

import { framingFault } from './framing.ts';
import { type HeaderList, headerValues } from './header-values.ts';
import { isAllowedHost } from './hosts.ts';
import { isAllowedOrigin } from './origins.ts';

export interface RequestFault {
  reason: 'invalid' | 'misdirected' | 'forbidden';
  /** For the sender. */
  message: string;
  /**
   * What follows on the connection may be part of this request: the answer ends it, and not before the next turn, since
   * uWebSockets.js goes on within this one with what came in the same packet.
   */
  endsConnection: boolean;
}

/** Undefined if nothing is wrong with the request. */
export type CheckRequest = (headers: HeaderList, kind: 'request' | 'upgrade') => RequestFault | undefined;

export interface RequestRules {
  /** As `isAllowedHost` and `isAllowedOrigin` have them. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
}

export function createRequestCheck({ allowedHosts, allowedOrigins }: RequestRules): CheckRequest {
  return (headers, kind) => {
    const unclear = framingFault(headers, kind === 'upgrade');
    if (unclear !== undefined) return { reason: 'invalid', message: unclear, endsConnection: true };
    const { host, origin } = headerValues(headers, ['host', 'origin']);
    if (!isAllowedHost(host, allowedHosts)) {
      const message = 'the service is not known by this Host: see HTTP_ALLOWED_HOSTS';
      return { reason: 'misdirected', message, endsConnection: false };
    }
    if (!isAllowedOrigin(origin, allowedOrigins)) {
      const message =
        kind === 'upgrade' ? 'this origin may not listen' : 'this origin may not use the service';
      return { reason: 'forbidden', message, endsConnection: false };
    }
    return undefined;
  };
}
