/** The steps that fired for notifications, with their deliveries. Reads only. */

import type { TracedDelivery, TracedStep } from '../domain/order-trail.ts';
import type { Queryable } from '../platform/postgres.ts';

interface Row {
  shop_id: string;
  seq: string;
  cycle: number;
  step: number;
  condition: string;
  targets: string[];
  presence: string;
  decided_at: Date;
  target: string | null;
  state: TracedDelivery['state'];
  attempts: number;
  reason: string | null;
  at: Date;
}

/** Of each notification in the order of time. */
export async function readFiredSteps(
  pool: Queryable,
  places: readonly { readonly shopId: string; readonly seq: number }[],
): Promise<TracedStep[]> {
  if (places.length === 0) return [];
  const { rows } = await pool.query<Row>({
    name: 'read-fired-steps',
    text: `SELECT s.shop_id, s.seq, s.cycle, s.step, s.condition, s.targets, s.presence, s.decided_at,
             d.target, d.state, d.attempts, d.reason, COALESCE(d.ended_at, d.last_attempt_at, d.made_at) AS at
           FROM unnest($1::text[], $2::bigint[]) AS place (shop_id, seq)
           JOIN escalation_steps s ON s.shop_id = place.shop_id AND s.seq = place.seq
           LEFT JOIN deliveries d
             ON d.shop_id = s.shop_id AND d.seq = s.seq AND d.cycle = s.cycle AND d.step = s.step
           ORDER BY s.shop_id, s.seq, s.cycle, s.step, d.target`,
    values: [places.map(({ shopId }) => shopId), places.map(({ seq }) => seq)],
  });
  const steps = new Map<string, TracedStep & { deliveries: TracedDelivery[] }>();
  for (const row of rows) {
    const { shop_id: shopId, cycle, step, condition, targets, presence, decided_at: decidedAt } = row;
    const key = `${shopId}/${row.seq}/${cycle}/${step}`;
    const fired = steps.get(key) ?? {
      ...{ shopId, seq: Number(row.seq), cycle, step, condition, targets, presence, decidedAt },
      deliveries: [],
    };
    steps.set(key, fired);
    const { target, state, attempts, reason, at } = row;
    if (target !== null) fired.deliveries.push({ target, state, attempts, reason, at });
  }
  return [...steps.values()];
}
