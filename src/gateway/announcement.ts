/**
 * What processes tell each other through the exchange `announcements`: one message per shop and committed batch.
 * It is only the bell: whoever misses one reads the log. Written and read by the same schema.
 */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { OrderIdSchema } from '../domain/order.ts';

const Epoch = Type.String({ minLength: 1, maxLength: 64 });
const Count = Type.Integer({ minimum: 1 });

const Announcement = Type.Union([
  Type.Object({
    v: Type.Literal(1),
    epoch: Epoch,
    notifications: Type.Array(
      Type.Object({
        shopId: Type.String(),
        seq: Count,
        eventId: Type.String(),
        type: Type.Union([Type.Literal(1), Type.Literal(2)]),
        orderId: OrderIdSchema,
        content: Type.String(),
        occurredAt: Type.String(),
      }),
      { minItems: 1 },
    ),
  }),
  Type.Object({
    v: Type.Literal(1),
    epoch: Epoch,
    receipts: Type.Array(
      Type.Object({
        shopId: Type.String(),
        n: Count,
        seq: Count,
        sid: Type.String(),
        at: Type.String(),
      }),
      { minItems: 1 },
    ),
  }),
  Type.Object({
    v: Type.Literal(1),
    /** A session was opened elsewhere: an older one with the same shop and sid has to go. */
    session: Type.Object({
      shopId: Type.String(),
      sid: Type.String(),
      id: Type.String(),
      /** Milliseconds since 1970, by the clock of the gateway that holds it. */
      openedAt: Type.Number(),
    }),
  }),
]);
export type Announcement = Static<typeof Announcement>;

const announcement = Compile(Announcement);

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
