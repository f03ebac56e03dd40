/**
 * Paid orders that never rang: their event was lost with a deleted queue. Guarantees that an order rings
 * at most once however often this runs, since it records the very event of the payment, under the id that it had.
 */

import type pg from 'pg';
import { isInstant, normaliseOrderId } from '../domain/order.ts';
import { ORDER_PAID } from '../domain/order-event.ts';
import { recordEvent } from '../outbox/record.ts';
import { inTransaction } from '../platform/postgres.ts';

export interface ReconcileOptions {
  /** Events of orders that were marked paid later than this ago may still be on their way. In seconds. */
  olderThanSeconds: number;
  /** Orders that were marked before what the log keeps are left alone: theirs was removed. In days; 0: no bound. */
  retentionDays: number;
  /** Records nothing. */
  dryRun: boolean;
}

export interface SilentOrder {
  id: string;
  number: string;
  shop_id: string;
  paid_at: Date;
  paid_event_id: string;
  marked_at: Date;
}

/**
 * Of an order that was paid before that was kept: when it was paid if that can be, since the payment provider's clock may
 * say anything, else when it was made.
 */
const MARKED_AT =
  'coalesce(o.marked_at, CASE WHEN o.paid_at BETWEEN o.created_at AND now() THEN o.paid_at ELSE o.created_at END)';

/** Resolves with the orders whose event was recorded once more, or would have been. */
export function reconcilePaidOrders(pool: pg.Pool, options: ReconcileOptions): Promise<SilentOrder[]> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<SilentOrder>({
      text: `SELECT o.id, o.number, o.shop_id, o.paid_at, o.paid_event_id, m.marked_at
             FROM orders o CROSS JOIN LATERAL (SELECT ${MARKED_AT} AS marked_at) m
             WHERE o.paid_event_id IS NOT NULL AND o.paid_at IS NOT NULL AND o.pay_status <> 2
               AND m.marked_at < now() - make_interval(secs => $1)
               AND ($2 = 0 OR m.marked_at > now() - make_interval(days => $2))
               AND NOT EXISTS (SELECT FROM notifications n
                 WHERE n.order_id = o.id AND n.shop_id = o.shop_id AND n.event_id = o.paid_event_id::text)
               AND NOT EXISTS (SELECT FROM outbox b WHERE b.event_id = o.paid_event_id::text)
             ORDER BY o.id FOR UPDATE OF o`,
      values: [options.olderThanSeconds, options.retentionDays],
    });
    for (const order of options.dryRun ? [] : rows) {
      await recordEvent(client, {
        key: ORDER_PAID,
        eventId: order.paid_event_id,
        shopId: order.shop_id,
        orderId: normaliseOrderId(order.id),
        orderNumber: order.number,
        // A time that no event can have was taken once, and is why it never rang.
        occurredAt: (isInstant(order.paid_at.getTime()) ? order.paid_at : order.marked_at).toISOString(),
      });
    }
    return rows;
  });
}
