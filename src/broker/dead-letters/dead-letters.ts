/**
 * What was refused, kept with its reason. Guarantees that a refusal counts as published only once the queue of dead
 * letters has confirmed it. A crash between that and the acknowledgement leaves the dead letter twice.
 */

import { Type } from 'typebox';
import { UtcInstant } from '../../domain/order.ts';
import { REFUSAL_REASONS, type Refusal } from '../../domain/order-event.ts';
import type { Publisher } from '../publisher.ts';
import type { QueueDelivery } from '../queue-delivery.ts';
import type { Topology } from '../topology.ts';
import { cutTo, toSendable } from './sendable.ts';

export const REASON_HEADER = 'x-orderbell-reason';
export const DETAIL_HEADER = 'x-orderbell-detail';
export const AT_HEADER = 'x-orderbell-at';

/** The headers of what we refused. The broker's own dead letters have `x-first-death-reason` instead. */
export const DeadLetterHeaders = Type.Object({
  [REASON_HEADER]: Type.Enum([...REFUSAL_REASONS]),
  [DETAIL_HEADER]: Type.String({ description: 'which rule, and where' }),
  [AT_HEADER]: UtcInstant,
});

export interface DeadLetters {
  /**
   * Passes the message on, its body, key, id, time and headers as they came; what of that cannot be sent again is cut or
   * left out, which the detail then says. Rejects as `Publisher.publish` does, but never as unencodable.
   */
  publish(delivery: QueueDelivery, refusal: Refusal): Promise<void>;
}

/** More is not for people to read, and has to fit into the smallest frame with the rest. */
const DETAIL_BYTES = 800;

export function createDeadLetters(publisher: Publisher, names: Topology): DeadLetters {
  return {
    async publish({ raw, headers }, refusal) {
      const { routingKey, messageId, timestamp, body } = raw;
      // Without CC and BCC: the broker would route the dead letter to those keys once more.
      const { CC: _, BCC: __, ...others } = headers;
      const message = { routingKey, messageId, timestamp, headers: others };
      const { sendable, changes } = toSendable(message, publisher.frameMax());
      const detail = [cutTo(refusal.detail, DETAIL_BYTES), ...changes.map((change) => `(${change})`)].join(
        ' ',
      );
      await publisher.publish({
        ...sendable,
        exchange: names.deadLetterExchange,
        body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
        headers: { ...sendable.headers, ...reasonHeaders({ ...refusal, detail }) },
      });
    },
  };
}

function reasonHeaders({ reason, detail }: Refusal): Record<string, string> {
  return { [REASON_HEADER]: reason, [DETAIL_HEADER]: detail, [AT_HEADER]: new Date().toISOString() };
}
