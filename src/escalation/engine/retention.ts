/** Removes steps that were decided long ago. */

import type { Queryable } from '../../platform/postgres.ts';
import { type BatchedRemoval, removeInBatches } from '../../platform/remove-in-batches.ts';

/** Resolves with how many were removed. */
export function removeOldSteps(pool: Queryable, options: BatchedRemoval): Promise<number> {
  return removeInBatches(
    pool,
    {
      name: 'remove-old-steps',
      text: `DELETE FROM escalation_steps WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM escalation_steps
               WHERE decided_at < statement_timestamp() - make_interval(days => $1) ORDER BY decided_at LIMIT $2))`,
    },
    options,
  );
}
