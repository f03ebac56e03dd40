/** What the shops' logs hold of one order, from any publisher. Reads only. */

import type { ReceiptReason } from '../domain/notification.ts';
import type { OrderId } from '../domain/order.ts';
import type { FirstReport, OrderLogEntry } from '../domain/order-trail.ts';
import type { Queryable } from '../platform/postgres.ts';

interface Row {
  shop_id: string;
  seq: string;
  event_id: string;
  type: number;
  content: string;
  occurred_at: Date;
  stored_at: Date;
  expired_at: Date | null;
  published_at: Date | null;
  seen_at: Date | null;
  seen_by: string | null;
  broadcast_at: Date | null;
  spoken_at: Date | null;
  spoken_by: string | null;
  n: string | null;
  sid: string | null;
  subject: string | null;
  reason: ReceiptReason | null;
  acked_at: Date | null;
}

/** Of one order: an id that several shops use may be of very many. */
const MOST = 500;

/**
 * The first report of its kind that covers the notification. Each gateway's reports only rise: so the first is among those with the
 * lowest numbers, of which there are hardly more than gateways.
 */
const firstReport = (kind: 'seen' | 'spoken') => `
  LEFT JOIN LATERAL (
    SELECT at, sid, broadcast_at FROM (
      SELECT p.at, p.sid, p.broadcast_at FROM progress p
      WHERE p.shop_id = e.shop_id AND p.kind = '${kind}' AND p.seq >= e.seq ORDER BY p.seq LIMIT 50
    ) lowest ORDER BY at LIMIT 1
  ) ${kind} ON true`;

/** Oldest first, in these shops or in all. */
export async function readOrderLog(
  pool: Queryable,
  id: OrderId,
  shops: readonly string[] | '*' = '*',
): Promise<OrderLogEntry[]> {
  const { rows } = await pool.query<Row>({
    name: 'read-order-log',
    text: `SELECT e.shop_id, e.seq, e.event_id, e.type, e.content, e.occurred_at, e.stored_at, e.expired_at, e.published_at,
             seen.at AS seen_at, seen.sid AS seen_by, coalesce(seen.broadcast_at, spoken.broadcast_at) AS broadcast_at,
             spoken.at AS spoken_at, spoken.sid AS spoken_by,
             r.n, r.sid, r.subject, r.reason, r.acked_at
           FROM notifications e LEFT JOIN receipts r USING (shop_id, seq)
           ${firstReport('seen')} ${firstReport('spoken')}
           WHERE e.order_id = $1 AND ($2::text[] IS NULL OR e.shop_id = ANY ($2))
           ORDER BY e.stored_at LIMIT ${MOST}`,
    values: [String(id), shops === '*' ? null : shops],
  });
  return rows.map(toEntry);
}

function toEntry(row: Row): OrderLogEntry {
  const { n, sid, subject, reason, acked_at: at } = row;
  return {
    shopId: row.shop_id,
    seq: Number(row.seq),
    eventId: row.event_id,
    type: row.type,
    content: row.content,
    occurredAt: row.occurred_at,
    storedAt: row.stored_at,
    expiredAt: row.expired_at,
    publishedAt: row.published_at,
    broadcastAt: row.broadcast_at,
    seen: toReport(row.seen_at, row.seen_by),
    spoken: toReport(row.spoken_at, row.spoken_by),
    settled:
      n === null || reason === null || at === null ? undefined : { n: Number(n), sid, subject, reason, at },
  };
}

function toReport(at: Date | null, sid: string | null): FirstReport | undefined {
  return at === null || sid === null ? undefined : { at, sid };
}
