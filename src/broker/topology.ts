/**
 * The exchanges and queues, and their names. Only Orderbell declares these: a declaration with other arguments is
 * refused by the broker with 406. Works with RabbitMQ 3.10 to 4.x.
 */

import type { Channel, ChannelModel } from 'amqplib';
import { RESOLVING_KEYS, ROUTING_KEYS } from '../domain/event-kinds.ts';
import { closeChannel } from './close-channel.ts';

export interface Topology {
  /** Topic exchange that upstream services and our relay publish events to. */
  orders: string;
  /** Topic exchange that our relay publishes to what becomes of notifications, and of shops. Queues of ours are not bound. */
  bell: string;
  /** The queue that workers compete on. */
  notifications: string;
  /** Topic exchange of what was refused, and the queue that keeps it. */
  deadLetterExchange: string;
  deadLetters: string;
  /** Topic exchange from workers to gateways. */
  announcements: string;
  /** The queue that stays empty: whether it answers says whether the broker has its cluster. */
  pulse: string;
}

/** The names with `amqp.prefix` before each. */
export function topologyNames(prefix: string): Topology {
  return {
    orders: `${prefix}orders`,
    bell: `${prefix}bell`,
    notifications: `${prefix}notifications`,
    deadLetterExchange: `${prefix}orders.dlx`,
    deadLetters: `${prefix}notifications.dead`,
    announcements: `${prefix}announcements`,
    pulse: `${prefix}pulse`,
  };
}

/** An exchange or a queue: looked at without being made, or declared. */
export interface Declaration {
  /** `exchange orders`, for instance. */
  what: string;
  check(channel: Channel): Promise<unknown>;
  /** Makes it if it is missing; refused by the broker where it is there with other arguments. */
  declare(channel: Channel): Promise<unknown>;
}

/** Everything that outlives a connection, but for the bindings. */
export function declarations(names: Topology): Declaration[] {
  return [
    topicExchange(names.orders),
    topicExchange(names.bell),
    topicExchange(names.deadLetterExchange),
    topicExchange(names.announcements),
    quorumQueue(names.pulse),
    quorumQueue(names.deadLetters),
    quorumQueue(names.notifications, {
      'x-dead-letter-exchange': names.deadLetterExchange,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
      // With a limit of 3 a worker that crashed a few times sent good messages to the dead letters.
      'x-delivery-limit': 1000,
    }),
  ];
}

function topicExchange(name: string): Declaration {
  return {
    what: `exchange ${name}`,
    check: (channel) => channel.checkExchange(name),
    declare: (channel) => channel.assertExchange(name, 'topic', { durable: true }),
  };
}

function quorumQueue(name: string, more: Record<string, unknown> = {}): Declaration {
  return {
    what: `queue ${name}`,
    check: (channel) => channel.checkQueue(name),
    declare: (channel) =>
      channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum', ...more } }),
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
    for (const { declare } of declarations(names)) await declare(channel);
    await channel.bindQueue(names.deadLetters, names.deadLetterExchange, '#');
    for (const key of [...ROUTING_KEYS, ...RESOLVING_KEYS])
      await channel.bindQueue(names.notifications, names.orders, key);
  } catch (error) {
    throw refusal ?? error;
  }
  await closeChannel(channel);
}
