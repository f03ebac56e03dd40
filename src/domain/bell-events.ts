/**
 * What the exchange `bell` says, by routing key: what has become of notifications and of shops. One table makes the keys and
 * the published contract. A message is repeated where a relay was killed after its confirm: its `message_id` is the same then.
 */

import { type TProperties, Type } from 'typebox';
import { LogEntry, ReceiptReason, Seq, Sid } from './notification.ts';
import { OrderIdSchema, PrintableId, ShopId, UtcInstant } from './order.ts';

const event = {
  eventId: { ...PrintableId, description: 'of this event: its `message_id` as well' },
  shopId: ShopId,
  occurredAt: UtcInstant,
};

const ofNotification = { seq: Seq, type: LogEntry.properties.type, orderId: OrderIdSchema };

interface BellEventKind {
  /** What has happened. */
  readonly summary: string;
  readonly properties: TProperties;
}

export const BELL_EVENTS = {
  'notification.acknowledged': {
    summary: 'A session of the shop acknowledged a notification',
    properties: {
      ...event,
      ...ofNotification,
      sid: Sid,
      subject: Type.Optional(Type.String({ description: "the `sub` of the session's token" })),
    },
  },
  'notification.resolved': {
    summary: 'A notification needs no answer: its order was accepted or cancelled elsewhere',
    properties: {
      ...event,
      ...ofNotification,
      reason: Type.Exclude(ReceiptReason, Type.Literal('acknowledged')),
    },
  },
  'notification.escalated': {
    summary: 'A step of the escalation of a notification has fired',
    properties: {
      shopId: ShopId,
      ...ofNotification,
      eventId: { ...PrintableId, description: "the notification's; `message_id` is this event's own" },
      content: LogEntry.properties.content,
      occurredAt: { ...UtcInstant, description: "the notification's; `timestamp` is this event's own" },
      step: Type.Integer({ minimum: 1, description: 'of the policy, from 1' }),
      cycle: Type.Integer({ minimum: 0, description: 'how often the steps were repeated before' }),
      when: Type.Enum(['unheard', 'unacknowledged']),
      presence: Type.Enum(['hearing', 'silent', 'deaf'], { description: 'whether the shop could hear then' }),
      targets: Type.Array(Type.String(), { description: 'the targets that are told' }),
    },
  },
  'notification.expired': {
    summary: 'The escalation of a notification has ended without an answer',
    properties: { ...event, ...ofNotification, content: LogEntry.properties.content },
  },
  'shop.deaf': {
    summary: 'A shop that should hear has not heard for some time: no session of it can sound',
    properties: { ...event, since: UtcInstant },
  },
  'shop.hearing': {
    summary: 'A shop that was reported deaf hears again',
    properties: { ...event, deafSince: UtcInstant },
  },
} as const satisfies Record<string, BellEventKind>;

export type BellKey = keyof typeof BELL_EVENTS;

export const BELL_KEYS = Object.keys(BELL_EVENTS) as BellKey[];
