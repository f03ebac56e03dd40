/** What the exchange `bell` brought: a queue of the run's own keeps all of it, and is read at the end. */

import { connect } from 'amqplib';
import type { BellMessage } from './history.ts';

const queueOf = (prefix: string) => `${prefix}bell.kept`;

/** Before the fleet starts: what is published from then on is kept. */
export async function keepBell(brokerUrl: string, prefix: string): Promise<void> {
  const model = await connect(brokerUrl);
  try {
    const channel = await model.createChannel();
    await channel.assertExchange(`${prefix}bell`, 'topic', { durable: true });
    await channel.assertQueue(queueOf(prefix), { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(queueOf(prefix), `${prefix}bell`, '#');
  } finally {
    await model.close();
  }
}

/** Takes them out of the queue, in its order. */
export async function readBell(brokerUrl: string, prefix: string): Promise<BellMessage[]> {
  const model = await connect(brokerUrl);
  try {
    const channel = await model.createChannel();
    const messages: BellMessage[] = [];
    for (;;) {
      const message = await channel.get(queueOf(prefix), { noAck: true });
      if (message === false) return messages;
      const { shopId, occurredAt, seq, cycle, step } = JSON.parse(message.content.toString());
      messages.push({
        id: String(message.properties.messageId),
        key: message.fields.routingKey,
        shopId,
        occurredAt: Date.parse(occurredAt),
        place: step === undefined ? undefined : { shopId, seq, cycle, step },
      });
    }
  } finally {
    await model.close();
  }
}
