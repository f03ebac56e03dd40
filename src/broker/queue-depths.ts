/**
 * How much waits in the queues, as the broker itself counts it. A question declares nothing, and one for a missing queue
 * costs its own channel and nothing else.
 */

import type { ChannelModel } from 'amqplib';
import { AppError } from '../platform/errors.ts';
import { closeChannel } from './close-channel.ts';
import type { BrokerLink } from './link.ts';

export interface QueueDepth {
  /** Without those that a consumer has in hand. */
  messages: number;
  consumers: number;
}

export interface QueueDepths {
  /** Asks over this connection from now on. For the connection's set-up. */
  attach(link: BrokerLink): void;
  /** Rejects with `broker-unavailable` without a link, or with the broker's answer where there is no such queue. */
  read(queue: string): Promise<QueueDepth>;
}

export function createQueueDepths(): QueueDepths {
  let open: { model: ChannelModel; asking: Set<(error: AppError) => void> } | undefined;
  const away = () => new AppError('broker-unavailable', 'RabbitMQ is away');
  return {
    attach({ model }) {
      const asking = new Set<(error: AppError) => void>();
      model.once('close', () => {
        if (open?.model === model) open = undefined;
        for (const reject of asking) reject(away());
      });
      open = { model, asking };
    },
    read(queue) {
      if (open === undefined) return Promise.reject(away());
      const { model, asking } = open;
      // Not every call of amqplib settles when the link is lost. A race with a promise that lives as long as the link
      // would keep each answer until then.
      return new Promise((resolve, reject) => {
        asking.add(reject);
        ask(model, queue)
          .then(resolve, reject)
          .finally(() => asking.delete(reject));
      });
    },
  };
}

async function ask(model: ChannelModel, queue: string): Promise<QueueDepth> {
  const channel = await model.createChannel();
  channel.on('error', () => {}); // the check rejects with it
  try {
    const { messageCount, consumerCount } = await channel.checkQueue(queue);
    return { messages: messageCount, consumers: consumerCount };
  } finally {
    await closeChannel(channel).catch(() => {}); // a missing queue has closed it already
  }
}
