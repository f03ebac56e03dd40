/**
 * Keeping the log to its time. Guarantees that a shop's log loses nothing but its front, in batches so small that
 * no append waits for their lock; any number of processes may do it at once. What is old is decided by Postgres's clock, which
 * also dated the rows: a process whose clock is wrong removes nothing too early.
 */

import type { Queryable } from '../platform/postgres.ts';

export interface RetentionOptions {
  days: number;
  /** How many rows go in one transaction. */
  batch: number;
  signal: AbortSignal;
}

/** Removes all that is older; resolves with how many notifications that were. Stops early when `signal` aborts. */
export async function removeExpired(pool: Queryable, options: RetentionOptions): Promise<number> {
  let total = 0;
  while (!options.signal.aborted) {
    const { rows } = await pool.query<{ removed: string }>({
      name: 'remove-expired',
      text: 'SELECT remove_expired(clock_timestamp() - make_interval(days => $1), $2) AS removed',
      values: [options.days, options.batch],
    });
    const removed = Number(rows[0]?.removed ?? 0);
    if (removed === 0) break;
    total += removed;
  }
  return total;
}

/** Removes what tills reported before then, in batches; resolves with how many reports that were. */
export async function removeOldProgress(pool: Queryable, options: RetentionOptions): Promise<number> {
  let total = 0;
  while (!options.signal.aborted) {
    const { rowCount } = await pool.query({
      name: 'remove-old-progress',
      text: `DELETE FROM progress WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM progress WHERE at < clock_timestamp() - make_interval(days => $1) LIMIT $2))`,
      values: [options.days, options.batch],
    });
    if (!rowCount) break;
    total += rowCount;
  }
  return total;
}
