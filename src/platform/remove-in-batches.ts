/** Removes what is older than so many days, by Postgres's clock, in batches so small that nothing waits for them for long. */

import type { Queryable } from './postgres.ts';

export interface BatchedRemoval {
  days: number;
  /** How many rows go in one transaction. */
  batch: number;
  signal: AbortSignal;
}

/** The statement takes the days and the batch. Resolves with how many rows went. Stops early when `signal` aborts. */
export async function removeInBatches(
  pool: Queryable,
  statement: { name: string; text: string },
  { days, batch, signal }: BatchedRemoval,
): Promise<number> {
  let total = 0;
  for (let removed = batch; removed === batch && !signal.aborted; total += removed) {
    const { rowCount } = await pool.query({ ...statement, values: [days, batch] });
    removed = rowCount ?? 0;
  }
  return total;
}
