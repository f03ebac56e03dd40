/** What to do about an append that failed. Pure: the SQLSTATE decides, by what Postgres documents of its classes. */

import { constraintOf, isUnavailable, sqlStateOf } from '../platform/postgres.ts';

/**
 * - `retry`: another worker was in the way, or the link broke; the same batch will do.
 * - `isolate`: one row's own fault; the others must not suffer for it.
 * - `damaged`: the place that the shop's head gives is taken, so that head and rows disagree; the others must not suffer.
 * - `unexpected`: our own fault or the operator's; retried all the same, and loudly.
 */
export type AppendVerdict = 'retry' | 'isolate' | 'damaged' | 'unexpected';

/** unique_violation, serialization_failure, deadlock_detected: what a competing worker can cause. */
const RACES = ['23505', '40001', '40P01'];

/** Of `(shop_id, seq)` and `(shop_id, n)`. No race: the shop's row is locked before places are taken. */
const PLACES: readonly (string | undefined)[] = ['notifications_pkey', 'receipts_pkey'];

const CHECK_VIOLATION = '23514';

export function appendVerdictOf(error: unknown): AppendVerdict {
  const state = sqlStateOf(error);
  if (PLACES.includes(constraintOf(error))) return 'damaged';
  if (isUnavailable(error) || (state !== undefined && RACES.includes(state))) return 'retry';
  // Class 22: a value that its type cannot hold.
  if (state?.startsWith('22') || state === CHECK_VIOLATION) return 'isolate';
  return 'unexpected';
}
