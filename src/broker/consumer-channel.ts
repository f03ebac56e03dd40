/**
 * One channel that consumes the queue. Guarantees that no more than `prefetch`, and no more than `maxHeldBytes` or one
 * delivery, are in hand, and that each is acknowledged on this channel or not at all.
 *
 * RabbitMQ has no bound of bytes, and what it has sent comes also after a cancel. So what comes above the bound goes back
 * at once, after a cancel, which keeps it from coming again, and the queue is consumed again, with a prefetch that
 * fits the sizes seen, once half is settled. Not reading the socket would be as exact, but RabbitMQ ends a connection on
 * which it cannot send, and announcements come on the same one.
 *
 * | intake  | means                                               | changes by                                |
 * | ------- | --------------------------------------------------- | ----------------------------------------- |
 * | open    | deliveries are taken                                | too many bytes → closing                  |
 * | closing | cancelled; what still comes goes back               | the broker confirms → closed              |
 * | closed  | none come                                           | half of the bytes are settled → open      |
 */

import type { Channel, ConsumeMessage } from 'amqplib';
import type { RawEvent } from '../domain/order-event.ts';
import { messageOf } from '../platform/errors.ts';
import { createAckWindow } from './ack-window.ts';
import { closeChannel } from './close-channel.ts';
import { createHeldBytes, type HeldBuffer } from './held-bytes.ts';
import type { BrokerLink } from './link.ts';
import { SENT_AT_HEADER } from './publisher.ts';
import type { QueueDelivery } from './queue-delivery.ts';

export interface ConsumerOptions {
  queue: string;
  prefetch: number;
  /** Bytes of memory that bodies in hand may keep. */
  maxHeldBytes: number;
  onDelivery(delivery: QueueDelivery): void;
}

/** Ours, not the broker's, so that it can be cancelled before the broker has answered. One of each channel has it. */
const CONSUMER_TAG = 'orderbell';

/**
 * How long a settled delivery waits for others: on a steady line of small batches the acknowledgements were the largest
 * cost, here (a fifth of the worker's time) and in RabbitMQ, whose quorum queue writes each to its log. A process that is
 * killed meanwhile gets them again, and the log drops them.
 */
const ACK_MS = 20;

/** So many of a prefetch are acknowledged without waiting, so that the next ones come. */
const ACK_SHARE = 4;

/** Opens a channel that consumes nothing yet. */
export async function openConsumerChannel(
  options: ConsumerOptions,
  link: BrokerLink,
): Promise<ConsumerChannel> {
  const channel = await link.model.createChannel();
  const opened = new ConsumerChannel(options, link, channel);
  await channel.prefetch(options.prefetch);
  return opened;
}

export class ConsumerChannel {
  readonly #options: ConsumerOptions;
  readonly #link: BrokerLink;
  readonly #channel: Channel;
  /** Ends with the channel's close without ending its connection. */
  readonly #expectClose: () => void;
  readonly #window = createAckWindow<ChannelDelivery>();
  readonly #held = createHeldBytes();
  #live = true;
  #cancelled = false;
  #intake: 'open' | 'closing' | 'closed' = 'open';
  #prefetch: number;
  /** What came since the queue was last consumed from. */
  #came = { count: 0, bytes: 0 };
  /** Tags that are not acknowledged yet. */
  #settled: number[] = [];
  #ackTimer: NodeJS.Timeout | undefined;

  constructor(options: ConsumerOptions, link: BrokerLink, channel: Channel) {
    this.#options = options;
    this.#link = link;
    this.#channel = channel;
    this.#expectClose = link.watch(channel, 'consume', () => this.#acknowledge());
    this.#prefetch = options.prefetch;
    channel.on('close', () => {
      this.#live = false;
      clearTimeout(this.#ackTimer);
      for (const delivery of this.#window.inHand()) delivery.release();
    });
  }

  /** False once the broker has taken back what is in hand. */
  isLive(): boolean {
    return this.#live;
  }

  async consume(): Promise<void> {
    const onMessage = (message: ConsumeMessage | null) => {
      if (message === null) this.#link.fail('the broker cancelled the consumer');
      else this.#take(message);
    };
    await this.#channel.consume(this.#options.queue, onMessage, { consumerTag: CONSUMER_TAG });
  }

  /** Acknowledges deliveries of this channel: those of a few batches at once, or now where that would hold up others. */
  settle(deliveries: readonly ChannelDelivery[]): void {
    for (const { held, tag } of deliveries) {
      this.#held.remove(held);
      this.#settled.push(tag);
    }
    const isUrgent = this.#cancelled || this.#intake !== 'open';
    if (isUrgent || this.#settled.length * ACK_SHARE >= this.#prefetch) this.#acknowledge();
    else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ACK_MS);
    if (this.#intake === 'closed') this.#resumeIntake().catch((error) => this.#failIfLive(error));
    else if (this.#held.total() === 0 && this.#prefetch < this.#options.prefetch) this.#pauseIntake();
  }

  /** No further deliveries; what is in hand can still be settled. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    this.#acknowledge();
    await this.#channel.cancel(CONSUMER_TAG);
  }

  /** Closes the channel and leaves its connection up: the broker takes back what is in hand. */
  async close(): Promise<void> {
    this.#acknowledge();
    this.#live = false;
    this.#expectClose();
    await closeChannel(this.#channel);
  }

  #acknowledge(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    const tags = this.#settled;
    this.#settled = [];
    for (const { tag, multiple } of this.#window.settle(tags)) {
      this.#send(() => this.#channel.ack({ fields: { deliveryTag: tag } } as ConsumeMessage, multiple));
    }
  }

  #take(message: ConsumeMessage): void {
    const { content, fields } = message;
    this.#came.count++;
    this.#came.bytes += content.length;
    const total = this.#held.total();
    const hasRoom = total === 0 || total + this.#held.costOf(content) <= this.#options.maxHeldBytes;
    if (this.#intake === 'open' && hasRoom) {
      const delivery = new ChannelDelivery(this, message, this.#held.add(content));
      this.#window.add(fields.deliveryTag, delivery);
      this.#options.onDelivery(delivery);
      return;
    }
    this.#pauseIntake();
    this.#send(() => this.#channel.nack(message, false, true));
  }

  #pauseIntake(): void {
    if (this.#intake !== 'open') return;
    // What is not acknowledged when the queue is consumed again under the same name would come again.
    this.#acknowledge();
    this.#intake = 'closing';
    const paused = this.#channel.cancel(CONSUMER_TAG).then(() => {
      this.#intake = 'closed';
      return this.#resumeIntake();
    });
    paused.catch((error) => this.#failIfLive(error));
  }

  /** Consumes again once there is room, with as many at a time as had fitted of what came last. */
  async #resumeIntake(): Promise<void> {
    const { maxHeldBytes, prefetch } = this.#options;
    const total = this.#held.total();
    if (this.#intake !== 'closed' || !this.#isWanted() || total > maxHeldBytes / 2) return;
    this.#intake = 'open';
    // Half, since the buffers around the bodies count as well. All of it where the last large one is settled.
    const fitting = Math.floor(maxHeldBytes / 2 / Math.max(1, this.#came.bytes / this.#came.count));
    this.#prefetch = total === 0 ? prefetch : Math.min(prefetch, Math.max(1, fitting));
    this.#came = { count: 0, bytes: 0 };
    await this.#channel.prefetch(this.#prefetch);
    if (this.#isWanted()) await this.consume();
  }

  #isWanted(): boolean {
    return this.#live && !this.#cancelled;
  }

  /** What throws finds the connection closing: the broker will deliver again. */
  #send(write: () => void): void {
    try {
      write();
    } catch {
      this.#live = false;
    }
  }

  #failIfLive(error: unknown): void {
    if (this.#live) this.#link.fail(messageOf(error));
  }
}

/** Any stranger can set the header; Postgres takes no time that is far beyond. */
const YEAR_2100 = Date.UTC(2100);
const NO_BODY = new Uint8Array(0);

/** `from` is the channel that brought it, and the only one on which it can be settled. */
export class ChannelDelivery implements QueueDelivery {
  raw: RawEvent;
  readonly headers: Record<string, unknown>;
  readonly sentAt: number | undefined;
  readonly receivedAt = performance.now();
  readonly from: ConsumerChannel;
  readonly tag: number;
  readonly held: HeldBuffer;

  constructor(from: ConsumerChannel, { properties, fields, content }: ConsumeMessage, held: HeldBuffer) {
    const { messageId, timestamp } = properties;
    this.raw = { routingKey: fields.routingKey, body: content, messageId, timestamp };
    this.headers = properties.headers ?? {};
    const sentAt = this.headers[SENT_AT_HEADER];
    this.sentAt = typeof sentAt === 'number' && sentAt > 0 && sentAt < YEAR_2100 ? sentAt : undefined;
    this.from = from;
    this.tag = fields.deliveryTag;
    this.held = held;
  }

  isLive(): boolean {
    return this.from.isLive();
  }

  /** The broker has the message back: its body is needed no more. */
  release(): void {
    this.raw = { ...this.raw, body: NO_BODY };
  }
}
