/**
 * What every request and every upgrade must be, before its token is looked at: its end is clear, its `Host` is a name of
 * the service, and its page, if it comes from one, may use the service.
 */

import { framingFault } from './framing.ts';
import { type HeaderList, headerValues } from './header-values.ts';
import { isAllowedHost } from './hosts.ts';
import { isAllowedOrigin } from './origins.ts';
import { type AccessRefusal, refuseAccess } from './refusal.ts';

export type RequestKind = 'request' | 'upgrade';

/** Undefined if nothing is wrong with the request. */
export type CheckRequest = (headers: HeaderList, kind: RequestKind) => AccessRefusal | undefined;

export interface RequestRules {
  /** As `isAllowedHost` and `isAllowedOrigin` have them. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
}

const FOREIGN_PAGE: Record<RequestKind, string> = {
  request: 'this origin may not use the service',
  upgrade: 'this origin may not listen',
};

export function createRequestCheck({ allowedHosts, allowedOrigins }: RequestRules): CheckRequest {
  return (headers, kind) => {
    const unclear = framingFault(headers, kind === 'upgrade');
    if (unclear !== undefined) return refuseAccess('invalid', unclear, { endsConnection: true });
    const { host, origin } = headerValues(headers, ['host', 'origin']);
    if (!isAllowedHost(host, allowedHosts)) {
      return refuseAccess('misdirected', 'the service is not known by this Host: see HTTP_ALLOWED_HOSTS');
    }
    return isAllowedOrigin(origin, allowedOrigins)
      ? undefined
      : refuseAccess('forbidden', FOREIGN_PAGE[kind]);
  };
}
