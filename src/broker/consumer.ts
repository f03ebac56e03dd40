/**
 * Consuming the queue `notifications`. Guarantees that a delivery is acknowledged on the channel that brought it or
 * not at all, and that no more than `prefetch`, and no more than `maxHeldBytes` or one, are in hand. A delivery whose
 * channel is gone is no longer live, and loses its body: the broker delivers it again, so whatever was done with it must
 * bear repeating.
 *
 * RabbitMQ has no bound of bytes, and what it has sent comes also after a cancel. So what comes above the bound goes back
 * at once, after a cancel, which keeps it from coming again, and the queue is consumed again, with a prefetch that
 * fits the sizes seen, once half is settled. Not reading the socket would be as exact, but RabbitMQ ends a connection on
 * which it cannot send, and announcements come on the same one.
 *
 * | state   | means                                     | leaves by                              |
 * | ------- | ----------------------------------------- | -------------------------------------- |
 * | resting | none come: not started yet, or given back | `start` → running, `cancel` → ended    |
 * | running | deliveries come; again after every loss   | `requeueAll` → resting, `cancel` → ended |
 * | ended   | none come; those in hand can be settled   | –                                      |
 */

import type { Channel, ConsumeMessage } from 'amqplib';
import type { RawEvent } from '../domain/order-event.ts';
import { messageOf } from '../platform/errors.ts';
import { type AckWindow, createAckWindow } from './ack-window.ts';
import { closeChannel } from './close-channel.ts';
import type { Link } from './connection.ts';
import { createHeldBytes, type HeldBytes } from './held-bytes.ts';
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
  requeueAll(): Promise<void>;
  /** Consumes, also again after `requeueAll`; without a connection, as soon as there is one. */
  start(): Promise<void>;
  /** No further deliveries; what is in hand can still be settled while the connection lasts. */
  cancel(): Promise<void>;
}

export interface ConsumerOptions {
  queue: string;
  prefetch: number;
  /** Bytes of memory that bodies in hand may keep. */
  maxHeldBytes: number;
  onDelivery(delivery: QueueDelivery): void;
}

interface OpenChannel {
  link: Link;
  channel: Channel;
  window: AckWindow<ChannelDelivery>;
  held: HeldBytes;
  live: boolean;
  /** Whether deliveries are taken: `closing` until the broker has confirmed that no more come. */
  intake: 'open' | 'closing' | 'closed';
  prefetch: number;
  /** What came since the queue was last consumed from. */
  came: { count: number; bytes: number };
  expectClose(): void;
}

const NO_BODY = new Uint8Array(0);

class ChannelDelivery implements QueueDelivery {
  raw: RawEvent;
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

  /** The broker has it back: nobody needs its body any more. */
  release(): void {
    this.raw = { ...this.raw, body: NO_BODY };
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
      link: on,
      channel,
      window: createAckWindow(),
      held: createHeldBytes(),
      live: true,
      intake: 'open',
      prefetch: options.prefetch,
      came: { count: 0, bytes: 0 },
      expectClose,
    };
    channel.on('close', () => {
      opened.live = false;
      for (const delivery of opened.window.inHand()) delivery.release();
      if (open === opened) open = undefined;
    });
    open = opened;
    await consume(opened);
  }

  async function consume(from: OpenChannel): Promise<void> {
    const onMessage = (message: ConsumeMessage | null) => {
      if (message === null) from.link.fail('the broker cancelled the consumer');
      else deliver(from, message);
    };
    await from.channel.consume(options.queue, onMessage, { consumerTag: CONSUMER_TAG });
  }

  function deliver(from: OpenChannel, message: ConsumeMessage): void {
    const { content, fields } = message;
    from.came.count++;
    from.came.bytes += content.length;
    const total = from.held.total();
    const hasRoom = total === 0 || total + from.held.costOf(content) <= options.maxHeldBytes;
    if (from.intake === 'open' && hasRoom) {
      const delivery = new ChannelDelivery(from, message);
      from.window.add(fields.deliveryTag, delivery);
      from.held.add(content);
      options.onDelivery(delivery);
      return;
    }
    pauseIntake(from);
    try {
      from.channel.nack(message, false, true);
    } catch {
      from.live = false; // the connection is closing: the broker will deliver again
    }
  }

  function pauseIntake(from: OpenChannel): void {
    if (from.intake !== 'open') return;
    from.intake = 'closing';
    const paused = from.channel.cancel(CONSUMER_TAG).then(() => {
      from.intake = 'closed';
      return resumeIntake(from);
    });
    paused.catch((error) => failIfLive(from, error));
  }

  /** Consumes again once there is room, with as many at a time as had fitted of what came last. */
  async function resumeIntake(from: OpenChannel): Promise<void> {
    const total = from.held.total();
    if (from.intake !== 'closed' || state !== 'running' || !from.live) return;
    if (total > options.maxHeldBytes / 2) return;
    from.intake = 'open';
    // Half, since the buffers around the bodies count as well. All of it where the last large one is settled.
    const fitting = Math.floor(options.maxHeldBytes / 2 / Math.max(1, from.came.bytes / from.came.count));
    from.prefetch = total === 0 ? options.prefetch : Math.min(options.prefetch, Math.max(1, fitting));
    from.came = { count: 0, bytes: 0 };
    await from.channel.prefetch(from.prefetch);
    if (state === 'running' && from.live) await consume(from);
  }

  function afterSettling(from: OpenChannel): void {
    if (from.intake === 'closed') resumeIntake(from).catch((error) => failIfLive(from, error));
    else if (from.held.total() === 0 && from.prefetch < options.prefetch) pauseIntake(from);
  }

  function failIfLive(from: OpenChannel, error: unknown): void {
    if (from.live) from.link.fail(messageOf(error));
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
        delivery.from.held.remove(delivery.raw.body);
        const tags = tagsOf.get(delivery.from);
        if (tags) tags.push(delivery.tag);
        else tagsOf.set(delivery.from, [delivery.tag]);
      }
      for (const [from, tags] of tagsOf) {
        for (const { tag, multiple } of from.window.settle(tags)) acknowledge(from, tag, multiple);
        afterSettling(from);
      }
    },
    async requeueAll() {
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
