/**
 * What was refused, kept with its reason. Guarantees that a refusal counts as published only once the queue of dead
 * letters has confirmed it. A crash between that and the acknowledgement leaves the dead letter twice.
 */

import { Type } from 'typebox';
import { UtcInstant } from '../domain/order.ts';
import { REFUSAL_REASONS, type Refusal } from '../domain/order-event.ts';
import { AppError } from '../platform/errors.ts';
import type { QueueDelivery } from './consumer.ts';
import type { Publisher } from './publisher.ts';
import type { Topology } from './topology.ts';

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
   * Passes the message on, its body, time and headers as they came; without its time and headers where amqplib cannot
   * write what it could read, which the detail then says. Rejects as `Publisher.publish` does.
   */
  publish(delivery: QueueDelivery, refusal: Refusal): Promise<void>;
}

export function createDeadLetters(publisher: Publisher, names: Topology): DeadLetters {
  return {
    async publish({ raw, headers: { CC: _, BCC: __, ...headers } }, refusal) {
      const letter = {
        exchange: names.deadLetterExchange,
        routingKey: raw.routingKey,
        body: Buffer.from(raw.body),
        messageId: raw.messageId,
      };
      try {
        // Without CC and BCC: the broker would route the dead letter to those keys once more.
        const all = { ...headers, ...reasonHeaders(refusal) };
        await publisher.publish({ ...letter, timestamp: raw.timestamp, headers: all });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'publish-unencodable') throw error;
        const detail = `${refusal.detail} (its headers and time could not be kept)`;
        await publisher.publish({ ...letter, headers: reasonHeaders({ ...refusal, detail }) });
      }
    },
  };
}

function reasonHeaders({ reason, detail }: Refusal): Record<string, string> {
  return { [REASON_HEADER]: reason, [DETAIL_HEADER]: detail, [AT_HEADER]: new Date().toISOString() };
}
