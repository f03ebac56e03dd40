/**
 * The notification: what a shop is told. `toNotification` is pure and exhaustive; a notification becomes real
 * only with its place (`seq`) in the shop's log, which makes it a `LoggedNotification`.
 */

import { type Static, Type } from 'typebox';
import { type OrderId, OrderIdSchema, PrintableId, UtcInstant } from './order.ts';
import { ORDER_PAID, ORDER_REMINDED, type OrderEvent } from './order-event.ts';

export const NotificationType = Type.Enum([1, 2], { description: '1 a new order, 2 a reminder' });
export type NotificationType = Static<typeof NotificationType>;

const SID_PATTERN = '^[A-Za-z0-9._-]{1,64}$';

/** Names one session of a shop, a till or a tab. */
export const Sid = Type.String({ pattern: SID_PATTERN, description: '1 to 64 of A-Z a-z 0-9 . _ -' });

/** The most characters that a content has: the templates are held to it. */
export const MAX_CONTENT_LENGTH = 32_000;

export const Seq = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "a place in the shop's log: 1, 2, 3 … without a hole",
});

/** A notification as its shop's log shows it, over HTTP and in the frames of orderbell.v1. */
export const LogEntry = Type.Object({
  seq: Seq,
  eventId: PrintableId,
  type: NotificationType,
  orderId: OrderIdSchema,
  content: Type.String({ description: 'what to show and say' }),
  occurredAt: UtcInstant,
  ackedBy: Type.Optional(
    Type.String({ pattern: SID_PATTERN, description: 'the sid that acknowledged it first' }),
  ),
  ackedAt: Type.Optional(UtcInstant),
});

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
