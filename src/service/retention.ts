/** The log kept to its time. */

import { forgetTills } from '../auth/kept-tills.ts';
import { removeOldDeliveries, removeOldSubscriptions } from '../escalation/deliveries/retention.ts';
import { removeOldSteps } from '../escalation/engine/retention.ts';
import { startInterval } from '../platform/interval.ts';
import { forgetEarlyResolutions } from '../shop-log/resolve.ts';
import { removeExpired, removeOldProgress } from '../shop-log/retention.ts';
import type { ServiceContext } from './context.ts';

const RETENTION_EVERY_MS = 600_000;
/** Of the log's rows: so few that an append of the same shops waits for a millisecond or two at most. */
export const RETENTION_BATCH = 50;
const BATCH_BESIDE_THE_LOG = 200;

/** Each removes what is old in small batches, and resolves with how many. */
const BESIDE_THE_LOG = [
  ['steps', removeOldSteps],
  ['deliveries', removeOldDeliveries],
  ['reports of tills', removeOldProgress],
  ['push subscriptions', removeOldSubscriptions],
  ['paired tills', forgetTills],
] as const;

/** Each worker looks now and then; the shops' locks keep two of them apart. */
export function runRetention({ config, pool, logger, onStop, stepMs }: ServiceContext): void {
  const days = config.log.retentionDays;
  const stopping = new AbortController();
  const work = async () => {
    const { signal } = stopping;
    await forgetEarlyResolutions(pool);
    if (days === 0) return;
    const removed = await removeExpired(pool, { days, batch: RETENTION_BATCH, signal });
    if (removed > 0) logger.info({ removed, days }, 'old notifications were removed from the log');
    for (const [what, remove] of BESIDE_THE_LOG) {
      const count = await remove(pool, { days, batch: BATCH_BESIDE_THE_LOG, signal });
      if (count > 0) logger.info({ removed: count, days }, `old ${what} were removed`);
    }
  };
  const repetition = startInterval('retention', RETENTION_EVERY_MS, work, logger);
  const stop = () => {
    stopping.abort();
    return repetition.stop();
  };
  onStop('stop removing', stop, stepMs);
}
