/** The open notifications that are due, locked for the caller's transaction, with all that their decision asks for. */

import type { LoggedNotification } from '../../domain/notification.ts';
import { normaliseOrderId } from '../../domain/order.ts';
import type { Queryable } from '../../platform/postgres.ts';
import type { Circumstances, Standing } from '../decide.ts';

/** Times are milliseconds since 1970, by Postgres's clock. */
export interface DueEscalation {
  shopId: string;
  seq: number;
  policyId: number;
  standing: Standing;
  dueAt: number;
  circumstances: Circumstances;
  /** Undefined where retention has removed it. */
  notification: LoggedNotification | undefined;
}

export interface ClaimedEscalations {
  due: DueEscalation[];
  now: number;
}

interface DueRow {
  shop_id: string;
  seq: string;
  policy_id: string;
  cycle: number;
  step: number;
  started_at: number;
  due_at: number;
  now: number;
  is_deaf: boolean | null;
  is_hearing: boolean;
  is_spoken: boolean;
  event_id: string | null;
  type: number;
  order_id: string;
  content: string;
  occurred_at: Date;
}

/** Whole milliseconds, rounded down: a time that Postgres has reached is reached here as well. */
const ms = (time: string) => `floor(extract(epoch FROM ${time}) * 1000)::float8`;

/**
 * Up to `limit`, those due first. Rows that another engine, or an acknowledgement, has locked are passed over. The lookups
 * stand in LATERAL, so that no plan reads a whole table, and the limit in the text, so that every plan knows it.
 */
export async function claimDue(client: Queryable, limit: number): Promise<ClaimedEscalations> {
  const { rows } = await client.query<DueRow>({
    name: `claim-escalations-${limit}`,
    text: `
      WITH claimed AS (
        SELECT shop_id, seq, policy_id, cycle, step, started_at, due_at FROM escalations
        WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      SELECT c.shop_id, c.seq, c.policy_id, c.cycle, c.step, ${ms('c.started_at')} AS started_at,
        ${ms('c.due_at')} AS due_at, ${ms('statement_timestamp()')} AS now,
        (SELECT s.deaf_since IS NOT NULL FROM shops s WHERE s.id = c.shop_id) AS is_deaf,
        EXISTS (SELECT FROM hearing h JOIN gateways g ON g.id = h.gateway_id
          WHERE h.shop_id = c.shop_id AND g.lapses_at > statement_timestamp() OFFSET 0) AS is_hearing,
        EXISTS (SELECT FROM progress p
          WHERE p.shop_id = c.shop_id AND p.kind = 'spoken' AND p.seq >= c.seq OFFSET 0) AS is_spoken,
        n.event_id, n.type, n.order_id, n.content, n.occurred_at
      FROM claimed c LEFT JOIN LATERAL (
        SELECT * FROM notifications n WHERE n.shop_id = c.shop_id AND n.seq = c.seq OFFSET 0
      ) n ON true
      ORDER BY c.due_at`,
  });
  return { due: rows.map(toDue), now: rows[0]?.now ?? 0 };
}

function toDue(row: DueRow): DueEscalation {
  const seq = Number(row.seq);
  return {
    shopId: row.shop_id,
    seq,
    policyId: Number(row.policy_id),
    standing: { startedAt: row.started_at, cycle: row.cycle, step: row.step },
    dueAt: row.due_at,
    circumstances: {
      isSpoken: row.is_spoken,
      isHearing: row.is_hearing,
      isDeaf: row.is_deaf === true,
    },
    notification:
      row.event_id === null
        ? undefined
        : {
            shopId: row.shop_id,
            seq,
            eventId: row.event_id,
            type: row.type,
            orderId: normaliseOrderId(row.order_id),
            content: row.content,
            occurredAt: row.occurred_at.toISOString(),
          },
  };
}

/** How long until the next one is due: 0 where one is, undefined where there is none. In milliseconds. */
export async function untilNextDue(pool: Queryable): Promise<number | undefined> {
  const { rows } = await pool.query<{ wait: number }>({
    name: 'until-next-due',
    text: `SELECT greatest(0, ceil(extract(epoch FROM due_at - clock_timestamp()) * 1000))::float8 AS wait
           FROM escalations ORDER BY due_at LIMIT 1`,
  });
  return rows[0]?.wait;
}
