/** A bound on waiting. It does not stop the work that is waited for: the caller decides what to give up. */

import { AppError } from './errors.ts';

/**
 * Settles as `work` does, or rejects with `deadline-passed` after `ms` milliseconds. A rejection of `work` that
 * comes later is dropped: its caller has its answer.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('deadline-passed', `${what} took more than ${ms} ms`)), ms);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
