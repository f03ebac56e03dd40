/** Keeping deliveries and push subscriptions to their time, in small batches, by Postgres's clock. */

import type { Queryable } from '../../platform/postgres.ts';
import { type BatchedRemoval, removeInBatches } from '../../platform/remove-in-batches.ts';

/** A browser that still gets Web Push renews its subscription whenever the console is open. */
const SUBSCRIPTION_DAYS = 90;

/** Removes what is over and was made longer ago. Resolves with how many. */
export function removeOldDeliveries(pool: Queryable, options: BatchedRemoval): Promise<number> {
  return removeInBatches(
    pool,
    {
      name: 'remove-old-deliveries',
      text: `DELETE FROM deliveries WHERE id IN (
               SELECT id FROM deliveries
               WHERE made_at < now() - make_interval(days => $1) AND state <> 'pending' ORDER BY made_at LIMIT $2)`,
    },
    options,
  );
}

/** Removes what was not renewed for 90 days, whatever `days` says. Resolves with how many. */
export function removeOldSubscriptions(pool: Queryable, options: BatchedRemoval): Promise<number> {
  return removeInBatches(
    pool,
    {
      name: 'remove-old-push-subscriptions',
      text: `DELETE FROM push_subscriptions WHERE id IN (
               SELECT id FROM push_subscriptions WHERE renewed_at < now() - make_interval(days => $1) LIMIT $2)`,
    },
    { ...options, days: SUBSCRIPTION_DAYS },
  );
}
