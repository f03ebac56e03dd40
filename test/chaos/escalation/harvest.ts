/** After the storm: waiting until every ladder is at its end, and gathering what was decided and told. */

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { readBell } from './bell.ts';
import type { EscalationHistory, StepPlace } from './history.ts';
import { LADDER_SHOPS } from './ladder.ts';

const MS = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const PLACE = `shop_id AS "shopId", seq::int, cycle::int, step::int`;
const WAITING = `SELECT (SELECT count(*)::int FROM escalations) AS steps,
  (SELECT count(*)::int FROM deliveries WHERE state = 'pending') AS deliveries,
  (SELECT count(*)::int FROM bell_outbox) AS bell`;

/** Resolves when nothing waits any more. Rejects, saying what does, after `deadlineMs`. */
export async function untilLaddersEnd(databaseUrl: string, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    for (;;) {
      const { rows } = await pool.query<Record<string, number>>(WAITING);
      const waiting = rows[0] ?? {};
      if (Object.values(waiting).every((count) => count === 0)) return;
      if (performance.now() > deadline) throw new Error(`not at their end: ${JSON.stringify(waiting)}`);
      await pause(250);
    }
  } finally {
    await pool.end();
  }
}

export interface EscalationHarvestOptions
  extends Pick<EscalationHistory, 'resolutions' | 'observedReceipts' | 'received'> {
  databaseUrl: string;
  brokerUrl: string;
  prefix: string;
}

type DeliveryColumns = Omit<EscalationHistory['deliveries'][number], 'place'> &
  Omit<StepPlace, 'seq'> & { seq: number | null };

export async function collectEscalation(options: EscalationHarvestOptions): Promise<EscalationHistory> {
  const { databaseUrl, brokerUrl, prefix, ...observed } = options;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    const alerts = await pool.query<EscalationHistory['alerts'][number]>(
      `SELECT n.shop_id AS "shopId", n.seq::int, n.order_id::text AS "orderId",
         r.n IS NOT NULL AS "isAnswered", n.expired_at IS NOT NULL AS "hasExpired"
       FROM notifications n LEFT JOIN receipts r USING (shop_id, seq) WHERE n.shop_id = ANY ($1)`,
      [LADDER_SHOPS],
    );
    const steps = await pool.query<EscalationHistory['steps'][number]>(
      `SELECT ${PLACE}, targets, ${MS('decided_at')} AS "decidedAt" FROM escalation_steps`,
    );
    const deliveries = await pool.query<DeliveryColumns>(
      `SELECT id, target, state, reason, ${PLACE} FROM deliveries`,
    );
    const open = await pool.query<{ count: number }>('SELECT count(*)::int FROM escalations');
    return {
      alerts: alerts.rows,
      ...observed,
      steps: steps.rows,
      deliveries: deliveries.rows.map(({ shopId, seq, cycle, step, ...row }) => ({
        ...row,
        place: seq === null ? undefined : { shopId, seq, cycle, step },
      })),
      bell: await readBell(brokerUrl, prefix),
      stillOpen: open.rows[0]?.count ?? 0,
    };
  } finally {
    await pool.end();
  }
}
