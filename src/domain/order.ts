/**
 * The order: its statuses, its identifiers' grammars, and the body of the request that creates one.
 * Pure: the schemas here validate what comes in, give the types, and make the published contract.
 */

import { type Static, Type } from 'typebox';

export const OrderStatus = Type.Enum([1, 2, 3, 4, 5, 6], {
  description:
    '1 pending payment, 2 to be confirmed, 3 confirmed, 4 being delivered, 5 completed, 6 cancelled',
});
export type OrderStatus = Static<typeof OrderStatus>;

export const PayStatus = Type.Enum([0, 1, 2], { description: '0 unpaid, 1 paid, 2 refunded' });
export type PayStatus = Static<typeof PayStatus>;

export const PENDING_PAYMENT: OrderStatus = 1;
export const CANCELLED: OrderStatus = 6;
export const UNPAID: PayStatus = 0;
export const REFUNDED: PayStatus = 2;

/** The shop where none is named. */
export const DEFAULT_SHOP = 'default';

const MAX_POSTGRES_BIGINT = 2n ** 63n - 1n;

/** A word of a routing key. */
export const ShopId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: '1 to 64 of A-Z a-z 0-9 _ -',
});

/** Existing front ends put it into a page as HTML, so its alphabet holds nothing that could be markup. */
export const OrderNumber = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  description: '1 to 64 of A-Z a-z 0-9 . _ -',
});

const ORDER_ID_DIGITS = '^[1-9][0-9]{0,19}$';

/** An order id as text, as in a path. */
export const OrderIdText = Type.String({
  pattern: ORDER_ID_DIGITS,
  description: '1 to 20 digits without a leading zero',
});

/** A number where JSON carries it exactly, else up to 20 digits as a string: 64-bit ids are common upstream. */
export const OrderIdSchema = Type.Union(
  [Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), Type.String({ pattern: ORDER_ID_DIGITS })],
  { description: 'a positive integer up to 2^53-1, or a string of 1 to 20 digits without a leading zero' },
);

export type OrderId = Static<typeof OrderIdSchema>;

/** An instant in ISO 8601 with its offset; `toUtc` gives the form that everything can hold. */
export const Instant = Type.Refine(
  Type.String({
    format: 'date-time',
    pattern: '^(19[7-9]|2[0-9]{2})[0-9]-',
    description: 'an ISO 8601 date and time with its offset, from 1970 to 2999 in UTC',
  }),
  // The pattern sees the local year: an offset can move the instant out of it.
  (text) => isInstant(millisecondsOf(text)),
);

/** An instant as we write it. */
export const UtcInstant = Type.String({ format: 'date-time', description: 'ISO 8601 in UTC' });

/** An id from outside: anything printable that fits a header and a log line. */
export const PrintableId = Type.String({
  pattern: '^[!-~]{1,128}$',
  description: '1 to 128 printable ASCII characters without space',
});

/** What was ordered, in few words: what a person reads, without what would break a line of it. */
export const Summary = Type.String({
  pattern: '^[^\\u0000-\\u001f\\u007f]{1,200}$',
  description: '1 to 200 characters of text',
});

/** What an order costs, as an event may have it. */
export const Amount = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'in fen' });

const FIRST_INSTANT = Date.UTC(1970, 0);
const END_OF_INSTANTS = Date.UTC(3000, 0);

/** Whether an event can have happened then: in milliseconds since 1970, of a year that Postgres, JSON and `Date` take. */
export function isInstant(time: number): boolean {
  return time >= FIRST_INSTANT && time < END_OF_INSTANTS;
}

/** In UTC, to the millisecond, of an `Instant`. */
export function toUtc(instant: string): string {
  return new Date(millisecondsOf(instant)).toISOString();
}

/** Since 1970. A leap second, which `Date` refuses, is taken for the second after 23:59:59. */
function millisecondsOf(instant: string): number {
  const leapless = instant.replace(/:60(?=[.Zz+-])/, ':59');
  return Date.parse(leapless) + (leapless === instant ? 0 : 1000);
}

const DAY_MS = 86_400_000;

/** Whether an `Instant` lies over a day ahead of the clock: a wrong clock or a lost time zone does not explain more. */
export function isFarAhead(instant: string, now: Date): boolean {
  return millisecondsOf(instant) > now.getTime() + DAY_MS;
}

/** An order as it is shown. */
export const Order = Type.Object({
  id: OrderIdSchema,
  number: OrderNumber,
  shopId: ShopId,
  amount: Type.Integer({ minimum: 1, description: 'in fen' }),
  status: OrderStatus,
  payStatus: PayStatus,
  createdAt: UtcInstant,
  paidAt: Type.Union([UtcInstant, Type.Null()]),
});
export type Order = Static<typeof Order>;

export const CreateOrder = Type.Object({
  number: Type.Optional(OrderNumber),
  shopId: Type.Optional(ShopId),
  amount: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'a positive integer in fen' }),
});
export type CreateOrder = Static<typeof CreateOrder>;

/** The canonical form of an order id: a number if it fits one exactly, else the string of its digits. */
export function normaliseOrderId(id: OrderId): OrderId {
  const asNumber = Number(id);
  return Number.isSafeInteger(asNumber) ? asNumber : id;
}

/** Whether our own table could hold this id: it is a 64-bit signed integer there. */
export function isStorableOrderId(id: OrderId): boolean {
  return BigInt(id) <= MAX_POSTGRES_BIGINT;
}

/**
 * A number for an order that came without one: the instant in UTC to the millisecond, then six random digits.
 * Sorts by time and reads like the numbers that payment providers show; it is not a guarantee of uniqueness.
 */
export function newOrderNumber(now: Date, random: () => number): string {
  const digits = Math.floor(random() * 1_000_000)
    .toString()
    .padStart(6, '0');
  return now.toISOString().replace(/\D/g, '') + digits;
}
