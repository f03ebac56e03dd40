/**
 * Trying again until it works. Guarantees one attempt at a time, a wait with jitter between two of them, and that an
 * abort ends the wait at once. An attempt that is under way when the signal aborts is awaited, and its result counts.
 */

import { type BackoffLimits, backoffMs, delayOrAbort } from './backoff.ts';

/** What is known after an attempt has failed. */
export interface FailedAttempt {
  error: unknown;
  /** How many attempts have failed so far, this one included. */
  failures: number;
  /** How long the retry waits before the next attempt. */
  waitMs: number;
}

export interface RetryOptions {
  backoff: BackoffLimits;
  /** Ends the retry. Without it only success or `giveUp` does. */
  signal?: AbortSignal;
  /** True ends the retry after this failure. */
  giveUp?(failed: FailedAttempt): boolean;
  /** Runs before each wait, for the log. Must not throw. */
  onFailure(failed: FailedAttempt): void;
  /** Waits instead of the timer. */
  pause?(ms: number): Promise<unknown>;
}

export type Retried<T> =
  | { outcome: 'done'; value: T }
  | { outcome: 'aborted' }
  | { outcome: 'gave-up'; error: unknown };

const NEVER = new AbortController().signal;

/** Runs `attempt` until it resolves. Attempts nothing where the signal has aborted before. Never rejects. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<Retried<T>> {
  const { backoff, signal = NEVER, giveUp, onFailure } = options;
  const pause = options.pause ?? ((ms) => delayOrAbort(ms, signal));
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return { outcome: 'done', value: await attempt() };
    } catch (error) {
      const failed = { error, failures, waitMs: backoffMs(failures, backoff) };
      if (giveUp?.(failed)) return { outcome: 'gave-up', error };
      onFailure(failed);
      await pause(failed.waitMs);
    }
  }
  return { outcome: 'aborted' };
}
