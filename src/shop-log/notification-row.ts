/** A row of the table `notifications` as Postgres gives it, and as the rest of the program sees it. */

import type { LoggedNotification } from '../domain/notification.ts';
import { normaliseOrderId } from '../domain/order.ts';

/** `bigint` and `numeric` come as text. */
export interface NotificationRow {
  seq: string;
  event_id: string;
  type: number;
  order_id: string;
  content: string;
  occurred_at: Date;
  summary: string | null;
  amount: number | null;
}

export function toLogged(shopId: string, row: NotificationRow): LoggedNotification {
  return {
    shopId,
    seq: Number(row.seq),
    eventId: row.event_id,
    type: row.type,
    orderId: normaliseOrderId(row.order_id),
    content: row.content,
    occurredAt: row.occurred_at.toISOString(),
    ...(row.summary !== null && { summary: row.summary }),
    ...(row.amount !== null && { amount: row.amount }),
  };
}
