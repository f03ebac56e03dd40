/**
 * Consuming the queue `notifications`. Guarantees that a delivery is acknowledged on the channel that brought it or
 * not at all, and that no more than `prefetch` are in hand. A delivery whose channel is gone is no longer live: the
 * broker delivers it again, so whatever was done with it must bear repeating.
 *
 * | state   | means                                     | leaves by                              |
 * | ------- | ----------------------------------------- | -------------------------------------- |
 * | resting | none come: not started yet, or given back | `start` → running, `cancel` → ended    |
 * | running | deliveries come; again after every loss   | `giveBack` → resting, `cancel` → ended |
 * | ended   | none come; those in hand can be settled   | –                                      |
 */

import type { Channel, ConsumeMessage } from 'amqplib';
import type { RawEvent } from '../domain/order-event.ts';
import { messageOf } from '../platform/errors.ts';
import { type AckWindow, createAckWindow } from './ack-window.ts';
import { closeChannel } from './close-channel.ts';
import type { Link } from './connection.ts';
import { SENT_AT_HEADER } from './publisher.ts';

/** One message in hand. */
export interface QueueDelivery {
  raw: RawEvent;
  /** Its headers as they came, for whoever has to pass it on. */
  headers: Record<string, unknown>;
  /** Milliseconds since 1970, where the publisher said so. */
  sentAt: number | undefined;
  /** Milliseconds of the monotonic clock. */
  receivedAt: number;
  /** False once its channel is gone. */
  isLive(): boolean;
}

export interface QueueConsumer {
  /** Opens the channel on a fresh connection, if running. For the connection's set-up. */
  attach(link: Link): Promise<void>;
  /** Acknowledges deliveries; those that are not live are passed over. */
  settle(deliveries: readonly QueueDelivery[]): void;
  /** Closes the channel on purpose: the broker takes back what is in hand. Settles when it is closed. */
  giveBack(): Promise<void>;
  /** Consumes, also again after `giveBack`; without a connection, as soon as there is one. */
  start(): Promise<void>;
  /** No further deliveries; what is in hand can still be settled while the connection lasts. */
  cancel(): Promise<void>;
}

export interface ConsumerOptions {
  queue: string;
  prefetch: number;
  onDelivery(delivery: QueueDelivery): void;
}

interface OpenChannel {
  channel: Channel;
  window: AckWindow;
  live: boolean;
  expectClose(): void;
}

class ChannelDelivery implements QueueDelivery {
  readonly raw: RawEvent;
  readonly headers: Record<string, unknown>;
  readonly sentAt: number | undefined;
  readonly receivedAt = performance.now();
  readonly from: OpenChannel;
  readonly tag: number;

  constructor(from: OpenChannel, { properties, fields, content }: ConsumeMessage) {
    const { messageId, timestamp } = properties;
    this.raw = { routingKey: fields.routingKey, body: content, messageId, timestamp };
    this.headers = properties.headers ?? {};
    const sentAt = this.headers[SENT_AT_HEADER];
    this.sentAt = typeof sentAt === 'number' && Number.isFinite(sentAt) ? sentAt : undefined;
    this.from = from;
    this.tag = fields.deliveryTag;
  }

  isLive(): boolean {
    return this.from.live;
  }
}

/** Ours, not the broker's, so that it can be cancelled before the broker has answered. One of each channel has it. */
const CONSUMER_TAG = 'orderbell';

export function createConsumer(options: ConsumerOptions): QueueConsumer {
  let state: 'resting' | 'running' | 'ended' = 'resting';
  let link: Link | undefined;
  let open: OpenChannel | undefined;
  let openings = 0;

  async function openChannel(on: Link): Promise<void> {
    const mine = ++openings;
    const channel = await on.model.createChannel();
    const expectClose = on.watch(channel, 'consume');
    await channel.prefetch(options.prefetch);
    if (state !== 'running' || mine !== openings) {
      // Given back or cancelled while the channel was being opened, and perhaps opened anew: this one is not wanted.
      expectClose();
      await closeChannel(channel);
      return;
    }
    const opened: OpenChannel = {
      channel,
      window: createAckWindow(),
      live: true,
      expectClose,
    };
    channel.on('close', () => {
      opened.live = false;
      if (open === opened) open = undefined;
    });
    open = opened;
    const onMessage = (message: ConsumeMessage | null) => {
      if (message === null) on.fail('the broker cancelled the consumer');
      else deliver(opened, message);
    };
    await channel.consume(options.queue, onMessage, { consumerTag: CONSUMER_TAG });
  }

  function deliver(from: OpenChannel, message: ConsumeMessage): void {
    options.onDelivery(new ChannelDelivery(from, message));
  }

  function acknowledge(from: OpenChannel, tag: number, multiple: boolean): void {
    try {
      from.channel.ack({ fields: { deliveryTag: tag } } as ConsumeMessage, multiple);
    } catch {
      from.live = false; // the connection is closing: the broker will deliver again
    }
  }

  return {
    async attach(fresh) {
      link = fresh;
      if (state === 'running') await openChannel(fresh);
    },
    settle(deliveries) {
      const tagsOf = new Map<OpenChannel, number[]>();
      for (const delivery of deliveries) {
        if (!(delivery instanceof ChannelDelivery) || !delivery.isLive()) continue;
        const tags = tagsOf.get(delivery.from);
        if (tags) tags.push(delivery.tag);
        else tagsOf.set(delivery.from, [delivery.tag]);
      }
      for (const [from, tags] of tagsOf) {
        for (const { tag, multiple } of from.window.settle(tags)) acknowledge(from, tag, multiple);
      }
    },
    async giveBack() {
      if (state === 'running') state = 'resting';
      const closing = open;
      if (closing === undefined) return;
      closing.live = false;
      closing.expectClose();
      await closeChannel(closing.channel);
    },
    async start() {
      if (state !== 'resting') return;
      state = 'running';
      const on = link;
      // Where the link has just been lost, the next one opens the channel.
      if (on !== undefined) await openChannel(on).catch((error) => on.fail(messageOf(error)));
    },
    async cancel() {
      state = 'ended';
      if (open !== undefined) await open.channel.cancel(CONSUMER_TAG);
    },
  };
}
