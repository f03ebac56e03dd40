/** What stands between strangers and the stages: built once for HTTP and gateway, so that both count the same client. */

import type { Config } from '../config/config.ts';
import { type ClientAddresses, createClientAddresses } from '../server/client-address.ts';
import { createRateLimit, type RateLimit } from '../server/rate-limit.ts';
import { type CheckRequest, createRequestCheck } from '../server/request-check.ts';

export interface Guard {
  check: CheckRequest;
  clients: ClientAddresses;
  addressRequests: RateLimit;
  tokenRequests: RateLimit;
  newShops: RateLimit;
  /** With every answer. */
  headers: Record<string, string>;
}

/** A year. Only over TLS: without, a browser would ignore it. */
const STRICT_TRANSPORT = { 'Strict-Transport-Security': 'max-age=31536000' };

export function createGuard({ auth, gateway, http, limits, tls }: Config): Guard {
  // What wants a token gives nothing to a page that has none, by whatever name it comes.
  const isAnyHost = auth.mode === 'jwt' && http.allowedHosts.length === 0;
  return {
    check: createRequestCheck({
      allowedHosts: isAnyHost ? ['*'] : http.allowedHosts,
      allowedOrigins: gateway.allowedOrigins,
    }),
    clients: createClientAddresses(http.trustedProxies),
    addressRequests: createRateLimit({
      count: limits.requestsPerSecond,
      seconds: 1,
      burst: limits.requestBurst,
    }),
    tokenRequests: createRateLimit({ count: limits.tokenRequestsPerSecond, seconds: 1 }),
    newShops: createRateLimit({ count: limits.newShopsPerMinute, seconds: 60 }),
    headers: tls.key === '' ? {} : STRICT_TRANSPORT,
  };
}
