/**
 * A figure from outside the process. Guarantees an answer in bounded time, one question at a time however many ask, and
 * no second question while an answer is fresh.
 */

import { withDeadline } from './deadline.ts';

export interface ProbeOptions {
  /** How long an answer is good for. */
  freshMs: number;
  /** How long to wait for an answer. */
  deadlineMs: number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Once for each question without an answer in time. */
  onFailure(error: unknown): void;
}

/**
 * What it gives never rejects: it resolves with the answer, or with undefined if there is none in time. `ask` must
 * settle sometime; an answer that comes late serves the next caller.
 */
export function createProbe<T>(ask: () => Promise<T>, options: ProbeOptions): () => Promise<T | undefined> {
  let latest: { at: number; answer: T | undefined } | undefined;
  let asking: Promise<T | undefined> | undefined;

  const remember = (answer: T | undefined) => {
    latest = { at: options.now(), answer };
    asking = undefined;
  };
  function begin(): Promise<T | undefined> {
    const answered = ask();
    answered.then(remember, () => remember(undefined));
    return withDeadline(answered, options.deadlineMs, 'the answer').catch((error) => {
      options.onFailure(error);
      return undefined;
    });
  }

  return () => {
    if (latest !== undefined && asking === undefined && options.now() - latest.at < options.freshMs) {
      return Promise.resolve(latest.answer);
    }
    asking ??= begin();
    return asking;
  };
}
