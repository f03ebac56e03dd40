/** The way in, from the configuration: built once for HTTP and gateway, so that both count the same client. */

import type { Config } from '../config/config.ts';
import type { Authenticate } from '../domain/access.ts';
import type { Logger } from '../platform/logger.ts';
import { type Authorise, createAuthorise } from '../server/authorise.ts';
import { type ClientAddresses, createClientAddresses } from '../server/client-address.ts';
import { createRateLimit } from '../server/rate-limit.ts';
import { createRequestCheck } from '../server/request-check.ts';

export interface ServerAccess {
  clients: ClientAddresses;
  authorise: Authorise;
  /** With every answer. */
  headers: Record<string, string>;
}

/** A year. Only over TLS: a browser ignores it otherwise. */
const STRICT_TRANSPORT = { 'Strict-Transport-Security': 'max-age=31536000' };

export function createAccess(config: Config, authenticate: Authenticate, logger: Logger): ServerAccess {
  const { auth, gateway, http, limits, tls } = config;
  // Without a token a page gets nothing, whatever name it used.
  const isAnyHost = auth.mode === 'jwt' && http.allowedHosts.length === 0;
  const clients = createClientAddresses(http.trustedProxies);
  return {
    clients,
    authorise: createAuthorise({
      clients,
      check: createRequestCheck({
        allowedHosts: isAnyHost ? ['*'] : http.allowedHosts,
        allowedOrigins: gateway.allowedOrigins,
      }),
      addressRequests: createRateLimit({
        count: limits.requestsPerSecond,
        seconds: 1,
        burst: limits.requestBurst,
      }),
      tokenRequests: createRateLimit({ count: limits.tokenRequestsPerSecond, seconds: 1 }),
      authenticate,
      queryToken: auth.queryToken,
      logger,
      now: () => performance.now(),
    }),
    headers: tls.key === '' ? {} : STRICT_TRANSPORT,
  };
}
