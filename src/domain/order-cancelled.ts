/**
 * `order.cancelled`: what was paid for an order went back. It makes no notification, so that the queue `notifications` is not
 * bound to it: an upstream service binds a queue of its own.
 */

import type { OrderId } from './order.ts';

export const ORDER_CANCELLED = 'order.cancelled';

export interface OrderCancelled {
  key: typeof ORDER_CANCELLED;
  eventId: string;
  shopId: string;
  orderId: OrderId;
  /** ISO 8601 in UTC, to the millisecond. */
  occurredAt: string;
}
