/**
 * The notification: what a shop is told. `toNotification` is pure and exhaustive; a notification becomes real
 * only with its place (`seq`) in the shop's log, which makes it a `LoggedNotification`.
 */

import type { OrderId } from './order.ts';
import { ORDER_PAID, ORDER_REMINDED, type OrderEvent } from './order-event.ts';

/** 1 new order, 2 reminder. */
export type NotificationType = 1 | 2;

export interface Notification {
  shopId: string;
  eventId: string;
  type: NotificationType;
  orderId: OrderId;
  content: string;
  /** ISO 8601 in UTC. */
  occurredAt: string;
}

/** A notification with its place in its shop's log: 1, 2, 3 … without a hole. */
export interface LoggedNotification extends Notification {
  seq: number;
  /** The session that acknowledged it first, and when; absent while nobody has. */
  ackedBy?: string;
  ackedAt?: string;
}

/** Somebody of the shop acknowledged `seq`. Receipts are numbered 1, 2, 3 … for each shop by `n`. */
export interface Receipt {
  shopId: string;
  n: number;
  seq: number;
  sid: string;
  /** ISO 8601 in UTC. */
  at: string;
}

/** The texts of the two notifications; `{orderNumber}` and `{orderId}` are filled in. */
export interface Templates {
  paid: string;
  reminded: string;
}

export function toNotification(event: OrderEvent, templates: Templates): Notification {
  const { eventId, shopId, orderId, occurredAt } = event;
  switch (event.key) {
    case ORDER_PAID: {
      const content = fill(templates.paid, orderId, event.orderNumber);
      return { shopId, eventId, type: 1, orderId, content, occurredAt };
    }
    case ORDER_REMINDED: {
      // A reminder may come without the order's number; the id is then all there is to call it by.
      const content = fill(templates.reminded, orderId, event.orderNumber ?? String(orderId));
      return { shopId, eventId, type: 2, orderId, content, occurredAt };
    }
  }
}

function fill(template: string, orderId: OrderId, orderNumber: string): string {
  return template.replaceAll('{orderNumber}', orderNumber).replaceAll('{orderId}', String(orderId));
}
