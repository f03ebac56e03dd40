/**
 * The exchanges and queues, and their names. Only Orderbell declares these: a declaration with other arguments is
 * refused by the broker with 406. Works with RabbitMQ 3.10 to 4.x.
 */

import type { Channel, ChannelModel } from 'amqplib';
import { ROUTING_KEYS } from '../domain/order-event.ts';
import { closeChannel } from './close-channel.ts';

export interface Topology {
  /** Topic exchange that upstream services and our relay publish events to. */
  orders: string;
  /** The queue that workers compete on. */
  notifications: string;
  /** Topic exchange of what was refused, and the queue that keeps it. */
  deadLetterExchange: string;
  deadLetters: string;
  /** Topic exchange from workers to gateways. */
  announcements: string;
}

/** The names with `amqp.prefix` before each. */
export function topologyNames(prefix: string): Topology {
  return {
    orders: `${prefix}orders`,
    notifications: `${prefix}notifications`,
    deadLetterExchange: `${prefix}orders.dlx`,
    deadLetters: `${prefix}notifications.dead`,
    announcements: `${prefix}announcements`,
  };
}

/** Declares everything that outlives a connection; repeating it changes nothing. Rejects if an argument differs. */
export async function declareTopology(model: ChannelModel, names: Topology): Promise<void> {
  const channel = await model.createChannel();
  let refusal: Error | undefined;
  channel.on('error', (error) => {
    refusal = error;
  });
  try {
    await declare(channel, names);
  } catch (error) {
    throw refusal ?? error;
  }
  await closeChannel(channel);
}

async function declare(channel: Channel, names: Topology): Promise<void> {
  await channel.assertExchange(names.orders, 'topic', { durable: true });
  await channel.assertExchange(names.deadLetterExchange, 'topic', { durable: true });
  await channel.assertExchange(names.announcements, 'topic', { durable: true });
  await channel.assertQueue(names.deadLetters, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(names.deadLetters, names.deadLetterExchange, '#');
  await channel.assertQueue(names.notifications, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-dead-letter-exchange': names.deadLetterExchange,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      // With a limit of 3 a worker that crashed a few times sent good messages to the dead letters.
      'x-delivery-limit': 1000,
    },
  });
  for (const key of ROUTING_KEYS) await channel.bindQueue(names.notifications, names.orders, key);
}
