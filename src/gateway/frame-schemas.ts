/**
 * The frames of `/ws/:sid` as schemas: what clients send is checked by them, what the service sends is held to them by
 * the tests, and all of them make the published contract.
 */

import { type TSchema, Type } from 'typebox';
import { Count, Epoch, Open } from '../domain/log.ts';
import { LogEntry, NotificationType, ReceiptReason, ReceiptSid, Seq } from '../domain/notification.ts';
import { OrderIdSchema, ShopId, UtcInstant } from '../domain/order.ts';
import {
  type ClientFrameKind,
  FRAME_ERROR_CODES,
  MAX_ACKS,
  REPORTED_SOUNDS,
  type ServerFrameKind,
} from '../protocol/frames.ts';

/** All that a plain client is ever sent: existing front ends take every frame for an alert. */
export const PlainFrame = Type.Object(
  { type: NotificationType, orderId: OrderIdSchema, content: LogEntry.properties.content },
  { additionalProperties: false },
);

/** What the service sends to an orderbell.v1 client, by `kind`. */
export const SERVER_FRAMES = {
  ready: Type.Object({
    kind: Type.Literal('ready'),
    shop: ShopId,
    epoch: Epoch,
    head: Count,
    oldest: Count,
    receipts: Count,
    open: Open,
    now: { ...UtcInstant, description: "the service's clock" },
  }),
  notification: Type.Object({ kind: Type.Literal('notification'), ...LogEntry.properties }),
  gone: Type.Object({ kind: Type.Literal('gone'), epoch: Epoch, oldest: Count, head: Count }),
  receipt: Type.Object({
    kind: Type.Literal('receipt'),
    n: Count,
    seq: Seq,
    sid: ReceiptSid,
    reason: ReceiptReason,
    at: UtcInstant,
  }),
  escalation: Type.Object({
    kind: Type.Literal('escalation'),
    seq: Seq,
    step: Type.Integer({
      minimum: 1,
      description: 'of the policy, from 1; repeated steps have their number again',
    }),
    targets: Type.Array(Type.String(), { description: 'the names of those that are told' }),
    at: UtcInstant,
  }),
  heartbeat: Type.Object({ kind: Type.Literal('heartbeat'), head: Count }),
  expiring: Type.Object({ kind: Type.Literal('expiring'), inSeconds: Count }),
  restarting: Type.Object({
    kind: Type.Literal('restarting'),
    withinMs: { ...Count, description: 'the process goes on serving for so long' },
  }),
  error: Type.Object({
    kind: Type.Literal('error'),
    code: Type.Enum([...FRAME_ERROR_CODES]),
    message: Type.String(),
    seq: Type.Optional({ ...Seq, description: 'that of the frame which it answers' }),
  }),
} satisfies Record<ServerFrameKind, TSchema>;

/** How far a till has come. */
function reachedFrame<const Kind extends ClientFrameKind>(kind: Kind) {
  const description = 'of which log the seq is: of another one it says nothing';
  return Type.Object({
    kind: Type.Literal(kind),
    seq: Seq,
    epoch: Type.Optional({ ...Epoch, description }),
  });
}

const AckEpoch = Type.Optional({
  ...Epoch,
  description: 'of which log the seq is: in another one it acknowledges nothing',
});

/** What an orderbell.v1 client may send, by `kind`. */
export const CLIENT_FRAMES = {
  ack: Type.Union([
    Type.Object({ kind: Type.Literal('ack'), seq: Seq, epoch: AckEpoch }),
    Type.Object({
      kind: Type.Literal('ack'),
      seqs: Type.Array(Seq, { minItems: 1, maxItems: MAX_ACKS }),
      epoch: AckEpoch,
    }),
  ]),
  seen: reachedFrame('seen'),
  spoken: reachedFrame('spoken'),
  hearing: Type.Object({
    kind: Type.Literal('hearing'),
    sound: Type.Enum([...REPORTED_SOUNDS], {
      description: '`locked`: waits for a gesture of its user; `failed`: neither voice nor chime can sound',
    }),
    visible: Type.Boolean({ description: 'whether the page is on the screen' }),
  }),
} satisfies Record<ClientFrameKind, TSchema>;
