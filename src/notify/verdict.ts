/** What to do about an append that failed. Pure: the SQLSTATE decides, by what Postgres documents of its classes. */

import { isUnavailable, sqlStateOf } from '../platform/postgres.ts';

/**
 * - `retry`: another worker was in the way, or the link broke; the same batch will do.
 * - `isolate`: one row's own fault; the others must not suffer for it.
 * - `unexpected`: our own fault or the operator's; retried all the same, and loudly.
 */
export type AppendVerdict = 'retry' | 'isolate' | 'unexpected';

/** unique_violation, serialization_failure, deadlock_detected: what a competing worker can cause. */
const RACES = ['23505', '40001', '40P01'];

const CHECK_VIOLATION = '23514';

export function verdictOf(error: unknown): AppendVerdict {
  const state = sqlStateOf(error);
  if (isUnavailable(error) || (state !== undefined && RACES.includes(state))) return 'retry';
  // Class 22: a value that its type cannot hold.
  if (state?.startsWith('22') || state === CHECK_VIOLATION) return 'isolate';
  return 'unexpected';
}
