/** `order.cancelled` as our own relay publishes it: what was paid for an order went back. It resolves the open notifications. */

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
