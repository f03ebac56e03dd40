/**
 * How often a key may do something. A key below the steady rate is never refused, and one above it gets no more than the
 * rate and the burst. Each process counts for itself, also behind one balancer.
 */

import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface RateLimit {
  /** Takes one: resolves with 0 if it was there, else with the whole seconds after which to come again. */
  take(key: string): Promise<number>;
}

export interface Rate {
  /** How many in `seconds`; 0 is without a limit. */
  count: number;
  seconds: number;
  /** How many more in `BURST_SECONDS`. */
  burst?: number;
}

export const BURST_SECONDS = 10;

const UNLIMITED: RateLimit = { take: async () => 0 };

export function createRateLimit({ count, seconds, burst = 0 }: Rate): RateLimit {
  if (count === 0) return UNLIMITED;
  const steady = new RateLimiterMemory({ points: count, duration: seconds, keyPrefix: '' });
  const spare = new RateLimiterMemory({ points: burst, duration: BURST_SECONDS, keyPrefix: '' });
  const limiter = burst === 0 ? steady : new BurstyRateLimiter(steady, spare);
  return {
    async take(key) {
      try {
        await limiter.consume(key);
        return 0;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      }
    },
  };
}
