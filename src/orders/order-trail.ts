/** What the tables of orders and their events know of one order, for an operator who looks into it. Reads only. */

import { isStorableOrderId, normaliseOrderId, type OrderId } from '../domain/order.ts';
import type { TracedOrder, WaitingEvent } from '../domain/order-trail.ts';
import type { Queryable } from '../platform/postgres.ts';

interface OrderRow {
  id: string;
  number: string;
  shop_id: string;
  created_at: Date;
  paid_at: Date | null;
  paid_event_id: string | null;
  reminded_at: Date | null;
}

/** By its id or else by its number, which orders of several shops may have; none that is not of this service. */
export async function findTracedOrders(
  pool: Queryable,
  id: OrderId | undefined,
  number: string,
): Promise<TracedOrder[]> {
  const { rows } = await pool.query<OrderRow>({
    name: 'find-traced-orders',
    text: `SELECT id, number, shop_id, created_at, paid_at, paid_event_id, reminded_at FROM orders
           WHERE id = $1 OR (number = $2 AND NOT EXISTS (SELECT FROM orders WHERE id = $1)) ORDER BY id`,
    values: [id !== undefined && isStorableOrderId(id) ? id : null, number],
  });
  return rows.map((row) => ({
    id: normaliseOrderId(row.id),
    number: row.number,
    shopId: row.shop_id,
    createdAt: row.created_at,
    paidAt: row.paid_at,
    paidEventId: row.paid_event_id,
    remindedAt: row.reminded_at,
  }));
}

/** One that is logged waits for nothing but to be removed, together with others. */
const NOT_LOGGED = `NOT EXISTS (SELECT FROM notifications n
  WHERE n.order_id = (outbox.body::json ->> 'orderId')::numeric AND n.event_id = outbox.event_id)`;

/** The order's events in the outbox, oldest first. Reads all of the outbox, which is short unless the broker is away. */
export async function readWaitingEvents(pool: Queryable, id: OrderId): Promise<WaitingEvent[]> {
  const { rows } = await pool.query<WaitingEvent>({
    name: 'read-waiting-events',
    text: `SELECT routing_key AS key, event_id AS "eventId", recorded_at AS "recordedAt"
           FROM outbox WHERE body::json ->> 'orderId' = $1 AND ${NOT_LOGGED} ORDER BY id`,
    values: [String(id)],
  });
  return rows;
}

/** Whether the event of its payment waits, by its id: costs little also while the outbox is long. */
export async function readWaitingPayment(
  pool: Queryable,
  { paidEventId }: Pick<TracedOrder, 'paidEventId'>,
): Promise<WaitingEvent[]> {
  const { rows } = await pool.query<WaitingEvent>({
    name: 'read-waiting-payment',
    text: `SELECT routing_key AS key, event_id AS "eventId", recorded_at AS "recordedAt"
           FROM outbox WHERE event_id = $1 AND ${NOT_LOGGED} LIMIT 1`,
    values: [paidEventId],
  });
  return rows;
}
