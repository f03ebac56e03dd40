/**
 * What processes announce through the exchange `announcements`: what one commit logged or resolved, for all its shops;
 * receipts; which sessions were opened; which steps of escalations fired. A gateway that misses one reads the log. One schema
 * writes and reads it. Its signature,
 * which shows that a process of ours sent it, is checked before.
 */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LoggedBatch, ReceiptBatch } from './log.ts';
import { MAX_CONTENT_LENGTH, ReceiptReason } from './notification.ts';
import { Amount, OrderIdSchema, Summary } from './order.ts';
import { TraceContext } from './trace-context.ts';

const Name = Type.String({ minLength: 1, maxLength: 64 });
const Time = Type.String({ maxLength: 32 });
const Count = Type.Integer({ minimum: 1 });

/** Of one shop, in the order of `seq`. */
const Logged = Type.Object({
  shopId: Name,
  epoch: Name,
  notifications: Type.Array(
    Type.Object({
      shopId: Name,
      seq: Count,
      eventId: Type.String({ maxLength: 128 }),
      // A process of a later version may announce a type that this one does not know.
      type: Type.Integer({ minimum: 1, maximum: 32_767 }),
      orderId: OrderIdSchema,
      content: Type.String({ maxLength: MAX_CONTENT_LENGTH }),
      occurredAt: Time,
      summary: Type.Optional(Summary),
      amount: Type.Optional(Amount),
      // Upstream had dealt with its order before it came.
      ackedBy: Type.Optional(Type.Union([Name, Type.Null()])),
      ackedAt: Type.Optional(Time),
      reason: Type.Optional(ReceiptReason),
      trace: Type.Optional(TraceContext),
    }),
    { minItems: 1 },
  ),
});

const Receipts = Type.Object({
  shopId: Name,
  epoch: Name,
  receipts: Type.Array(
    Type.Object({
      shopId: Name,
      n: Count,
      seq: Count,
      sid: Type.Union([Name, Type.Null()]),
      // A process of the version before has acknowledged it.
      reason: Type.Optional(ReceiptReason),
      at: Time,
    }),
    { minItems: 1 },
  ),
});

/** A session that is open elsewhere. */
const Session = Type.Object({
  shopId: Name,
  sid: Name,
  /** Absent without authentication. */
  subject: Type.Optional(Type.String({ maxLength: 255 })),
  id: Name,
  /** Higher than that of any session which its gateway knew of when it was opened. */
  order: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

/** A step that fired for a notification of the shop. */
const Escalation = Type.Object({
  shopId: Name,
  seq: Count,
  step: Count,
  targets: Type.Array(Name),
  at: Time,
});
export type AnnouncedEscalation = Static<typeof Escalation>;

const Announcement = Type.Union([
  Type.Object({ logged: Type.Array(Logged, { minItems: 1 }) }),
  Type.Object({ receipts: Receipts }),
  // Apart from `receipts`, which a gateway of the version before refuses with a `sid` of null: it reads them from the log.
  Type.Object({ resolved: Type.Array(Receipts, { minItems: 1 }) }),
  Type.Object({ sessions: Type.Array(Session, { minItems: 1 }) }),
  Type.Object({ escalations: Type.Array(Escalation, { minItems: 1 }) }),
]);
export type Announcement = Static<typeof Announcement>;
export type AnnouncedReceipts = Static<typeof Receipts>;

const announcement = Compile(Announcement);

/** In characters: in bytes it is three times as much at the most, and no announcement may have more than 1 MiB. */
const MAX_LENGTH = 256 * 1024;

/** What was logged: in one announcement, or where the contents are long in as few as halving makes. */
export function encodeLogged(logged: readonly LoggedBatch[]): string[] {
  const text = JSON.stringify({ logged });
  if (text.length <= MAX_LENGTH) return [text];
  const [only] = logged;
  const parts = logged.length > 1 || only === undefined ? halves(logged) : halvesOf(only);
  return parts.length < 2 ? [text] : parts.flatMap(encodeLogged);
}

/** What upstream's word has resolved, of many shops: in as few as halving makes. */
export function encodeResolved(resolved: readonly ReceiptBatch[]): string[] {
  const text = JSON.stringify({ resolved });
  if (text.length <= MAX_LENGTH || resolved.length < 2) return [text];
  return halves(resolved).flatMap(encodeResolved);
}

function halvesOf(batch: LoggedBatch): LoggedBatch[][] {
  return halves(batch.notifications).map((notifications) => [{ ...batch, notifications }]);
}

function halves<T>(items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)].filter((half) => half.length > 0);
}

export function encodeAnnouncement(value: Announcement): string {
  return JSON.stringify(value);
}

/** Undefined for anything that this version does not understand: the log has it all the same. */
export function decodeAnnouncement(body: Buffer): Announcement | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return announcement.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
