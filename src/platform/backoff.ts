/**
 * Waiting between attempts. Guarantees that a wait ends early when its signal aborts and never holds the
 * process open longer than the wait itself. Does not count attempts: the caller knows what it retries.
 */

import { setMaxListeners } from 'node:events';

export interface BackoffLimits {
  /** The first wait's upper bound, in milliseconds. */
  initialMs: number;
  /** No wait is longer than this, in milliseconds. */
  maxMs: number;
}

/**
 * Full jitter: a uniformly random wait up to `initialMs * 2^(attempt - 1)`, capped at `maxMs`, and at least a
 * tenth of that bound so that a failing part is never asked in a busy loop.
 * `attempt` counts from 1; `random` returns a number in [0, 1).
 */
export function backoffMs(
  attempt: number,
  limits: BackoffLimits,
  random: () => number = Math.random,
): number {
  const bound = Math.min(limits.maxMs, limits.initialMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(bound * (0.1 + 0.9 * random()));
}

/** Resolves with true after `ms`, or with false as soon as `signal` aborts. Never rejects. */
export function delayOrAbort(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  setMaxListeners(0, signal); // thousands may wait for one signal, and each takes its listener away
  return new Promise((resolve) => {
    const finish = (elapsed: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(elapsed);
    };
    const onAbort = () => finish(false);
    const timer = setTimeout(() => finish(true), ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
