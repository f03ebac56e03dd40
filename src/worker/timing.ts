/** The times that the parts of the worker share. */

import type { BackoffLimits } from '../platform/backoff.ts';

export const WORKER_BACKOFF: BackoffLimits = { initialMs: 50, maxMs: 5_000 };

/** `ms` is a time of the monotonic clock. */
export function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}
