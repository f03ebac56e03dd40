/** How often a caller may ask, counted for HTTP requests and upgrades together. */

import type { Grant } from '../domain/access.ts';
import type { Logger } from '../platform/logger.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import type { RateLimit } from './rate-limit.ts';
import { type AccessRefusal, refuseAccess } from './refusal.ts';
import type { RequestKind } from './request-check.ts';

export interface CallerRatesOptions {
  /** Requests from one address. */
  addressRequests: RateLimit;
  /** Requests with one token, whatever the addresses that they come from. */
  tokenRequests: RateLimit;
  logger: Logger;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** Each counts one request, and is undefined if it may go on. */
export interface CallerRates {
  countAddress(address: string, kind: RequestKind): Promise<AccessRefusal | undefined>;
  /** A caller without a token is not counted. */
  countToken(grant: Grant, kind: RequestKind): Promise<AccessRefusal | undefined>;
}

const LOG_LINE: Record<RequestKind, (message: string) => string> = {
  request: () => 'requests were refused: too many',
  upgrade: (message) => `an upgrade was refused: ${message}`,
};

export function createCallerRates(options: CallerRatesOptions): CallerRates {
  const { addressRequests, tokenRequests, logger, now } = options;
  const warn = createThrottledLog(logger, now);
  const refuseRate = (retryAfterSeconds: number, kind: RequestKind, caller: object, message: string) => {
    if (retryAfterSeconds === 0) return undefined;
    warn(caller, LOG_LINE[kind](message));
    return refuseAccess('too-many-requests', message, { retryAfterSeconds });
  };
  return {
    async countAddress(address, kind) {
      const waitSeconds = await addressRequests.take(address);
      return refuseRate(waitSeconds, kind, { address }, 'too many requests from one address');
    },
    async countToken({ token, subject }, kind) {
      const waitSeconds = token === undefined ? 0 : await tokenRequests.take(token);
      return refuseRate(waitSeconds, kind, { subject }, 'too many requests with one token');
    },
  };
}
