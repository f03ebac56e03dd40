/**
 * Keeping the log to its time. Guarantees that a shop's log loses nothing but its front, in batches so small that
 * no append waits for their lock; any number of processes may do it at once. What is old is decided by Postgres's clock, which
 * also dated the rows: a process whose clock is wrong removes nothing too early.
 */

import { delayOrAbort } from '../platform/backoff.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type BatchedRemoval, removeInBatches } from '../platform/remove-in-batches.ts';

/** A rest is so many times as long as its batch took: appends have processor and disk to themselves then. */
const REST = 4;
/** What is old is no hurry. It is more than a worker takes on an ordinary day, and each worker removes for itself. */
const MOST_PER_SECOND = 5_000;

/**
 * Goes through the shops once and removes all that is older; resolves with how many notifications that were. Stops early when
 * `signal` aborts. What another holds at that moment is left to the next time.
 */
export async function removeExpired(pool: Queryable, options: BatchedRemoval): Promise<number> {
  let total = 0;
  let after = '';
  for (let isDone = false; !isDone && !options.signal.aborted; ) {
    const startedAt = performance.now();
    const { rows } = await pool.query<{ removed: string; reached: string; is_done: boolean }>({
      name: 'remove-expired',
      text: 'SELECT * FROM remove_expired(clock_timestamp() - make_interval(days => $1), $2, $3)',
      values: [options.days, options.batch, after],
    });
    const [row] = rows;
    if (row === undefined) break;
    const removed = Number(row.removed);
    total += removed;
    after = row.reached;
    isDone = row.is_done;
    const restMs = Math.max((performance.now() - startedAt) * REST, (removed / MOST_PER_SECOND) * 1_000);
    if (!isDone) await delayOrAbort(restMs, options.signal);
  }
  return total;
}

/** Removes what tills reported before then, in batches; resolves with how many reports that were. */
export function removeOldProgress(pool: Queryable, options: BatchedRemoval): Promise<number> {
  return removeInBatches(
    pool,
    {
      name: 'remove-old-progress',
      text: `DELETE FROM progress WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM progress WHERE at < clock_timestamp() - make_interval(days => $1) LIMIT $2))`,
    },
    options,
  );
}
