/** What the shops' logs hold of one order, from any publisher. Reads only. */

import type { OrderId } from '../domain/order.ts';
import type { Queryable } from '../platform/postgres.ts';

export interface OrderLogEntry {
  shopId: string;
  seq: number;
  eventId: string;
  type: number;
  content: string;
  occurredAt: Date;
  storedAt: Date;
  /** The first acknowledgement; `subject` is the `sub` of its token, null without authentication. */
  acknowledged: { n: number; sid: string; subject: string | null; at: Date } | undefined;
}

interface Row {
  shop_id: string;
  seq: string;
  event_id: string;
  type: number;
  content: string;
  occurred_at: Date;
  stored_at: Date;
  n: string | null;
  sid: string | null;
  subject: string | null;
  acked_at: Date | null;
}

/** Oldest first. */
export async function readOrderLog(pool: Queryable, id: OrderId): Promise<OrderLogEntry[]> {
  const { rows } = await pool.query<Row>({
    name: 'read-order-log',
    text: `SELECT e.shop_id, e.seq, e.event_id, e.type, e.content, e.occurred_at, e.stored_at,
             r.n, r.sid, r.subject, r.acked_at
           FROM notifications e LEFT JOIN receipts r USING (shop_id, seq)
           WHERE e.order_id = $1 ORDER BY e.stored_at`,
    values: [String(id)],
  });
  return rows.map(({ n, sid, subject, acked_at, ...row }) => ({
    shopId: row.shop_id,
    seq: Number(row.seq),
    eventId: row.event_id,
    type: row.type,
    content: row.content,
    occurredAt: row.occurred_at,
    storedAt: row.stored_at,
    acknowledged:
      n === null || sid === null || acked_at === null
        ? undefined
        : { n: Number(n), sid, subject, at: acked_at },
  }));
}
