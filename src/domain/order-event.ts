/**
 * What happened to an order, as it travels over AMQP. Guarantees that whatever leaves `decodeOrderEvent` is
 * complete and well-formed, and that everything else is named with a reason from a closed list.
 * Liberal in what an upstream may leave out, exact in what is refused. Pure: the clock comes in as an argument.
 */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { v5 as uuidV5 } from 'uuid';
import {
  byKey,
  EVENT_KINDS,
  type EventKey,
  isResolvingKey,
  isRoutingKey,
  RESOLVING_KINDS,
  type ResolvingKey,
} from './event-kinds.ts';
import {
  Amount,
  DEFAULT_SHOP,
  Instant,
  isInstant,
  normaliseOrderId,
  type OrderId,
  OrderIdSchema,
  OrderNumber,
  PrintableId,
  ShopId,
  Summary,
  toUtc,
} from './order.ts';
import type { Resolution } from './resolution.ts';
import { firstFault } from './schema-fault.ts';

export const ORDER_PAID = 'order.paid' satisfies EventKey;
export const ORDER_REMINDED = 'order.reminded' satisfies EventKey;

interface EventFields {
  eventId: string;
  shopId: string;
  orderId: OrderId;
  /** ISO 8601 in UTC, to the millisecond. */
  occurredAt: string;
}

export interface OrderEvent extends EventFields {
  key: EventKey;
  /** There wherever `EVENT_KINDS` requires it. */
  orderNumber?: string;
  /** What was ordered, in few words. */
  summary?: string;
  /** In fen. */
  amount?: number;
}

export const REFUSAL_REASONS = [
  'unknown-routing-key',
  'too-large',
  'not-json',
  'invalid',
  'event-id-conflict',
  'unstorable',
  'log-damaged',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal {
  reason: RefusalReason;
  /** Which rule, and where: for the operator who reads the dead letters. */
  detail: string;
}

interface Refused {
  ok: false;
  refusal: Refusal;
}
export type Decoded = { ok: true; event: OrderEvent } | Refused;
/** What the queue brings: an event that makes a notification, or upstream's word that one needs no answer. */
export type UpstreamMessage =
  | { ok: true; event: OrderEvent }
  | { ok: true; resolution: Resolution }
  | Refused;

/** A message as it came, without the broker's own types. */
export interface RawEvent {
  routingKey: string;
  body: Uint8Array;
  /** The AMQP property `message_id`. */
  messageId?: string | undefined;
  /** The AMQP property `timestamp`: seconds since 1970. Milliseconds, which many clients send, are recognised. */
  timestamp?: number | undefined;
}

/** No event needs more; a larger one is refused before it is parsed. */
export const MAX_EVENT_BYTES = 64 * 1024;

const optionalFields = {
  shopId: Type.Optional(ShopId),
  eventId: Type.Optional(PrintableId),
  occurredAt: Type.Optional(Instant),
};

const shownFields = { summary: Type.Optional(Summary), amount: Type.Optional(Amount) };

const NumberedBody = Type.Object({
  orderId: OrderIdSchema,
  orderNumber: OrderNumber,
  ...optionalFields,
  ...shownFields,
});
const MaybeNumberedBody = Type.Object({
  orderId: OrderIdSchema,
  orderNumber: Type.Optional(OrderNumber),
  ...optionalFields,
  ...shownFields,
});
/** What the body of `order.accepted` and `order.cancelled` holds. */
export const RESOLVING_BODY = Type.Object({ orderId: OrderIdSchema, ...optionalFields });
const BODIES = { required: NumberedBody, optional: MaybeNumberedBody } as const;

/** What the body of each event holds. */
export const EVENT_BODIES = byKey((key) => BODIES[EVENT_KINDS[key].orderNumber]);

const resolvingValidator = Compile(RESOLVING_BODY);
const validators = byKey((key) => Compile(EVENT_BODIES[key]));
const eventId = Compile(PrintableId);

/** The namespace of derived event ids, chosen once: changing it would ring every redelivered event again. */
const DERIVED_ID_NAMESPACE = '5e9d7bb4-7cf5-4b9b-a4b4-1f3c1b6f1f0e';

/** Above this a timestamp in seconds would lie beyond the year 5000: it was given in milliseconds. */
const MAX_TIMESTAMP_SECONDS = 1e11;

/** Turns a message of the queue into what it says, or names why it says nothing. Never throws. */
export function decodeUpstream(raw: RawEvent, now: Date): UpstreamMessage {
  const { routingKey: key } = raw;
  if (!isResolvingKey(key)) return decodeOrderEvent(raw, now);
  const body = readBody(raw);
  if (!body.ok) return body;
  if (!resolvingValidator.Check(body.value)) {
    return refused('invalid', firstFault(RESOLVING_BODY, resolvingValidator.Errors(body.value)));
  }
  const { reason } = RESOLVING_KINDS[key];
  return { ok: true, resolution: { reason, ...complete(key, body.value, raw, now) } };
}

/** Turns a message into an event that makes a notification, or names why it cannot be one. Never throws. */
export function decodeOrderEvent(raw: RawEvent, now: Date): Decoded {
  const { routingKey: key } = raw;
  if (!isRoutingKey(key)) {
    return refused('unknown-routing-key', `routing key ${JSON.stringify(key.slice(0, 100))}`);
  }
  const body = readBody(raw);
  if (!body.ok) return body;
  const validator = validators[key];
  if (!validator.Check(body.value)) {
    return refused('invalid', firstFault(EVENT_BODIES[key], validator.Errors(body.value)));
  }
  const { orderNumber, summary, amount } = body.value;
  const event: OrderEvent = { key, ...complete(key, body.value, raw, now) };
  if (orderNumber !== undefined) event.orderNumber = orderNumber;
  if (summary !== undefined) event.summary = summary;
  if (amount !== undefined) event.amount = amount;
  return { ok: true, event };
}

/** What is the same for every key. */
function readBody(raw: RawEvent): { ok: true; value: unknown } | Refused {
  if (raw.body.byteLength > MAX_EVENT_BYTES) {
    return refused('too-large', `${raw.body.byteLength} bytes, at most ${MAX_EVENT_BYTES}`);
  }
  const body = parseJson(raw.body);
  if (!body.ok) return refused('not-json', body.detail);
  const { messageId = '' } = raw;
  if (messageId !== '' && !eventId.Check(messageId)) {
    return refused('invalid', 'message_id: must be 1 to 128 printable ASCII characters without space');
  }
  return body;
}

/** The JSON body that carries the event, all of its fields filled in. */
export function encodeOrderEvent(event: OrderEvent): string {
  const { key: _, ...body } = event;
  return JSON.stringify(body);
}

type CommonFields = Static<typeof RESOLVING_BODY>;

function complete(
  key: EventKey | ResolvingKey,
  body: CommonFields,
  { messageId = '', timestamp }: RawEvent,
  now: Date,
): EventFields {
  const orderId = normaliseOrderId(body.orderId);
  const shopId = body.shopId ?? DEFAULT_SHOP;
  const occurredAt =
    body.occurredAt === undefined ? (instantOf(timestamp) ?? now).toISOString() : toUtc(body.occurredAt);
  const derive = () => {
    const once = [key, shopId, orderId];
    const isRepeatable = isRoutingKey(key) && EVENT_KINDS[key].isRepeatable;
    const parts = isRepeatable ? [...once, occurredAt] : once;
    return uuidV5(parts.join('\n'), DERIVED_ID_NAMESPACE);
  };
  return { eventId: body.eventId ?? (messageId || derive()), shopId, orderId, occurredAt };
}

function instantOf(timestamp: number | undefined): Date | undefined {
  if (timestamp === undefined || !Number.isFinite(timestamp) || timestamp <= 0) return undefined;
  const date = new Date(timestamp > MAX_TIMESTAMP_SECONDS ? timestamp : timestamp * 1000);
  return isInstant(date.getTime()) ? date : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false; detail: string } {
  try {
    return { ok: true, value: JSON.parse(utf8.decode(bytes)) };
  } catch (error) {
    return { ok: false, detail: error instanceof SyntaxError ? 'not JSON' : 'not UTF-8' };
  }
}

function refused(reason: RefusalReason, detail: string): Refused {
  return { ok: false, refusal: { reason, detail } };
}
