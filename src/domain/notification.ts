/**
 * The notification: what a shop reads and hears. Pure. A notification becomes real only with its place (`seq`) in the
 * shop's log, which makes it a `LoggedNotification`.
 */

import { type Static, Type } from 'typebox';
import { EVENT_KINDS, type EventName, type EventType, fillTemplate, KNOWN_KINDS } from './event-kinds.ts';
import { Amount, type OrderId, OrderIdSchema, PrintableId, Summary, UtcInstant } from './order.ts';
import type { OrderEvent } from './order-event.ts';
import type { TraceContext } from './trace-context.ts';

/** The types that this version makes. A shop's log may hold others, which a later version has logged. */
export const NotificationType = Type.Enum(
  KNOWN_KINDS.map<number>(({ type }) => type),
  { description: KNOWN_KINDS.map(({ type, noun }) => `${type} ${noun}`).join(', ') },
);

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

/** Why a notification needs no answer any more: a session acknowledged it, or upstream dealt with its order. */
export const ReceiptReason = Type.Enum(['acknowledged', 'accepted', 'cancelled'], {
  description: 'acknowledged by a session, or upstream has accepted or cancelled the order',
});
export type ReceiptReason = Static<typeof ReceiptReason>;

/** Of a receipt, and of what it is for. */
export const ReceiptSid = Type.Union([Type.String({ pattern: SID_PATTERN }), Type.Null()], {
  description: 'the session that acknowledged it first; null where upstream dealt with the order',
});

/** The newest step of its escalation that fired. */
export const Escalated = Type.Object(
  {
    step: Type.Integer({ minimum: 1, description: 'of the policy, from 1' }),
    targets: Type.Array(Type.String()),
    at: UtcInstant,
  },
  { description: 'who was told last, since the shop had not dealt with it; over HTTP only' },
);
export type Escalated = Static<typeof Escalated>;

/** A notification as its shop's log shows it, over HTTP and in the frames of orderbell.v1. */
export const LogEntry = Type.Object({
  seq: Seq,
  eventId: PrintableId,
  type: NotificationType,
  orderId: OrderIdSchema,
  content: Type.String({ description: 'what to show and say' }),
  occurredAt: UtcInstant,
  summary: Type.Optional(Summary),
  amount: Type.Optional(Amount),
  ackedBy: Type.Optional(ReceiptSid),
  ackedAt: Type.Optional(UtcInstant),
  reason: Type.Optional(ReceiptReason),
  escalated: Type.Optional(Escalated),
  loggedAt: Type.Optional({
    ...UtcInstant,
    description: 'where a time or a number was asked for, over HTTP',
  }),
  expiredAt: Type.Optional({ ...UtcInstant, description: 'when its escalation ended; where `loggedAt` is' }),
});

export interface Notification {
  shopId: string;
  eventId: string;
  type: EventType;
  orderId: OrderId;
  content: string;
  /** ISO 8601 in UTC. */
  occurredAt: string;
  /** What was ordered, where the event has it. */
  summary?: string;
  /** In fen, where the event has it. */
  amount?: number;
  /** When its message was sent to the broker, in milliseconds since 1970, where the publisher says so. Only the log keeps it. */
  publishedAt?: number;
}

/** What an event is known by within its shop. */
export type EventIdentity = Pick<Notification, 'orderId' | 'eventId'>;

/** The same as text: neither can hold a space. */
export function eventKeyOf({ orderId, eventId }: EventIdentity): string {
  return `${orderId} ${eventId}`;
}

/** A notification with its place in its shop's log: 1, 2, 3 … without a hole. */
export interface LoggedNotification extends Omit<Notification, 'type' | 'publishedAt'> {
  seq: number;
  /** Of `EVENT_KINDS`, or of a later version's. */
  type: number;
  /** The session that acknowledged it first, null where upstream dealt with its order; when, and why. Absent until then. */
  ackedBy?: string | null;
  ackedAt?: string;
  reason?: ReceiptReason;
  /** Where the page was read with it. */
  escalated?: Escalated;
  /** Where it was found by time or by number; in UTC. */
  loggedAt?: string;
  expiredAt?: string;
  /** Of its delivery, while it is announced and if that is recorded. The log does not keep it. */
  trace?: TraceContext;
}

/** The notification `seq` needs no answer any more. Receipts are numbered 1, 2, 3 … for each shop by `n`. */
export interface LoggedReceipt {
  shopId: string;
  n: number;
  seq: number;
  /** The session that acknowledged it; null where upstream dealt with its order. */
  sid: string | null;
  reason: ReceiptReason;
  /** ISO 8601 in UTC. */
  at: string;
}

/** What the notifications of each kind say; `{orderNumber}` and `{orderId}` are filled in. */
export type Templates = Readonly<Record<EventName, string>>;

export function toNotification(event: OrderEvent, templates: Templates): Notification {
  const { key, eventId, shopId, orderId, occurredAt } = event;
  const { type, name } = EVENT_KINDS[key];
  // An event may come without the order's number; the id is then all there is to call it by.
  const content = fillTemplate(templates[name], orderId, event.orderNumber ?? String(orderId));
  const notification: Notification = { shopId, eventId, type, orderId, content, occurredAt };
  if (event.summary !== undefined) notification.summary = event.summary;
  if (event.amount !== undefined) notification.amount = event.amount;
  return notification;
}
