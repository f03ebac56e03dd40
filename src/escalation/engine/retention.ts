/** Removes steps that were decided long ago, by Postgres's clock, in small batches. */

import type { Queryable } from '../../platform/postgres.ts';

export interface StepRetention {
  days: number;
  /** How many rows go in one transaction. */
  batch: number;
  signal: AbortSignal;
}

/** Resolves with how many were removed. Stops early when `signal` aborts. */
export async function removeOldSteps(
  pool: Queryable,
  { days, batch, signal }: StepRetention,
): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query({
      name: 'remove-old-steps',
      text: `DELETE FROM escalation_steps WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM escalation_steps
               WHERE decided_at < statement_timestamp() - make_interval(days => $1) ORDER BY decided_at LIMIT $2))`,
      values: [days, batch],
    });
    if (rowCount === null || rowCount === 0) break;
    total += rowCount;
  }
  return total;
}
