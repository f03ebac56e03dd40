/**
 * Paid orders that never rang: their event was lost with a queue that somebody deleted. Guarantees that an order rings
 * at most once however often this runs, since it records the very event of the payment, under the id that it had.
 */

import type pg from 'pg';
import { normaliseOrderId } from '../domain/order.ts';
import { ORDER_PAID } from '../domain/order-event.ts';
import { inTransaction } from '../platform/postgres.ts';
import { recordEvent } from './record.ts';

export interface ReconcileOptions {
  /** Events of payments younger than this may still be on their way. In seconds. */
  olderThanSeconds: number;
  /** Payments older than the log is kept are left alone: what is missing there was removed. In days; 0: no bound. */
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
}

/** Resolves with the orders whose event was recorded once more, or would have been. */
export function reconcilePaidOrders(pool: pg.Pool, options: ReconcileOptions): Promise<SilentOrder[]> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<SilentOrder>({
      text: `SELECT id, number, shop_id, paid_at, paid_event_id FROM orders o
             WHERE paid_event_id IS NOT NULL
               AND paid_at < now() - make_interval(secs => $1)
               AND ($2 = 0 OR paid_at > now() - make_interval(days => $2))
               AND NOT EXISTS (SELECT FROM notifications n WHERE n.event_id = o.paid_event_id::text)
               AND NOT EXISTS (SELECT FROM outbox b WHERE b.event_id = o.paid_event_id::text)
             ORDER BY id FOR UPDATE`,
      values: [options.olderThanSeconds, options.retentionDays],
    });
    for (const order of options.dryRun ? [] : rows) {
      await recordEvent(client, {
        key: ORDER_PAID,
        eventId: order.paid_event_id,
        shopId: order.shop_id,
        orderId: normaliseOrderId(order.id),
        orderNumber: order.number,
        occurredAt: order.paid_at.toISOString(),
      });
    }
    return rows;
  });
}
