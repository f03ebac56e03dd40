/**
 * How much waits in the queues, asked of the broker itself. Guarantees that asking harms nobody: it declares nothing, and
 * a queue that is missing costs the channel that asked and nothing else.
 */

import type { ChannelModel } from 'amqplib';
import { AppError } from '../platform/errors.ts';
import { closeChannel } from './close-channel.ts';
import type { Link } from './connection.ts';

export interface QueueDepth {
  /** Those in somebody's hand are not counted. */
  messages: number;
  consumers: number;
}

export interface QueueDepths {
  /** Asks over this connection from now on. For the connection's set-up. */
  attach(link: Link): void;
  /** Rejects with `broker-unavailable` without a link, or with the broker's answer where there is no such queue. */
  read(queue: string): Promise<QueueDepth>;
}

export function createQueueDepths(): QueueDepths {
  let open: { model: ChannelModel; lost: Promise<never> } | undefined;
  return {
    attach({ model }) {
      const lost = new Promise<never>((_, reject) => {
        model.once('close', () => {
          if (open?.model === model) open = undefined;
          reject(new AppError('broker-unavailable', 'RabbitMQ is away'));
        });
      });
      lost.catch(() => {}); // where nobody is asking
      open = { model, lost };
    },
    async read(queue) {
      if (open === undefined) throw new AppError('broker-unavailable', 'RabbitMQ is away');
      // Not every call of amqplib settles when the link is lost.
      return Promise.race([ask(open.model, queue), open.lost]);
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
