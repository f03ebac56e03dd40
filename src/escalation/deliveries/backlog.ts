/** What waits to be delivered, for the metrics. Guarantees that looking is cheap, however much waits. */

import type { EscalationTargets } from '../../domain/escalation-target.ts';
import type { Queryable } from '../../platform/postgres.ts';
import { urlHashOf } from './sender.ts';

export interface DeliveryBacklog {
  /** Counted up to `COUNTED_DELIVERIES`. */
  pending: number;
  /** The age of the oldest of those; 0 if there is none. */
  oldestSeconds: number;
  /** How many of the targets answered 410. */
  disabledTargets: number;
}

const COUNTED_DELIVERIES = 10_000;

export async function readDeliveryBacklog(
  pool: Queryable,
  targets: EscalationTargets,
): Promise<DeliveryBacklog> {
  const { rows } = await pool.query<{ pending: number; oldest: number | null; disabled: number }>({
    name: 'read-delivery-backlog',
    text: `SELECT count(*)::int AS pending,
             extract(epoch FROM clock_timestamp() - min(made_at))::float8 AS oldest,
             (SELECT count(*)::int FROM disabled_targets
              JOIN unnest($2::text[], $3::text[]) AS ours (target, url_hash) USING (target, url_hash)) AS disabled
           FROM (SELECT made_at FROM deliveries WHERE state = 'pending' LIMIT $1) counted`,
    values: [COUNTED_DELIVERIES, [...targets.keys()], [...targets.values()].map(urlHashOf)],
  });
  const { pending = 0, oldest = null, disabled = 0 } = rows[0] ?? {};
  return { pending, oldestSeconds: Math.max(0, oldest ?? 0), disabledTargets: disabled };
}
