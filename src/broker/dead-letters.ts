/**
 * What was refused, kept with its reason. Guarantees that a refusal counts as published only once the queue of dead
 * letters has confirmed it. A crash between that and the acknowledgement leaves the dead letter twice.
 */

import type { Refusal } from '../domain/order-event.ts';
import type { QueueDelivery } from './consumer.ts';
import type { Publisher } from './publisher.ts';
import type { Topology } from './topology.ts';

export const REASON_HEADER = 'x-orderbell-reason';
export const DETAIL_HEADER = 'x-orderbell-detail';
export const AT_HEADER = 'x-orderbell-at';

export interface DeadLetters {
  /** Passes the message on, its body and headers as they came. Rejects as `Publisher.publish` does. */
  publish(delivery: QueueDelivery, refusal: Refusal): Promise<void>;
}

export function createDeadLetters(publisher: Publisher, names: Topology): DeadLetters {
  return {
    publish({ raw, headers: { CC: _, BCC: __, ...headers } }, { reason, detail }) {
      // Without CC and BCC: the broker would route the dead letter to those keys once more.
      return publisher.publish({
        exchange: names.deadLetterExchange,
        routingKey: raw.routingKey,
        body: Buffer.from(raw.body),
        messageId: raw.messageId,
        timestamp: raw.timestamp,
        headers: {
          ...headers,
          [REASON_HEADER]: reason,
          [DETAIL_HEADER]: detail,
          [AT_HEADER]: new Date().toISOString(),
        },
      });
    },
  };
}
