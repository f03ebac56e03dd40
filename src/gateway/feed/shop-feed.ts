/**
 * One shop's feed in this process: what was announced, put in order. Guarantees that what it publishes is the shop's
 * log in `seq` order without a gap or a repeat, whatever happens to the announcements: they may be lost, doubled or
 * late. Publishing is by topic, so a slow socket is its own affair.
 *
 * Where the log becomes another one, the feed goes on at the place up to which both are the same, by the event ids that it
 * has published, and plain clients get what follows, each id once. `tailLength` ids are known. Where the logs differ before
 * those, as after a restore of an old backup, it goes on with what was stored since the youngest that is not known any
 * more was published: old history does not ring again.
 *
 * | state   | means                                      | leaves by                                              |
 * | ------- | ------------------------------------------ | ------------------------------------------------------ |
 * | opening | the log's head is not known yet            | `start` → live                                         |
 * | live    | publishes what follows its head            | the log is another one → `reset`, live again; `close`  |
 * | closed  | publishes nothing                          | –                                                      |
 */

import type { LogPage, LogState, OpenedLog } from '../../domain/log.ts';
import type { LoggedNotification, Receipt } from '../../domain/notification.ts';
import { backoffMs, delayOrAbort } from '../../platform/backoff.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { type Protocol, SUBPROTOCOL } from '../../protocol/subprotocols.ts';
import type { GatewayObserver } from '../observer.ts';
import { heartbeatFrame, notificationFrame, plainFrame, receiptFrame } from '../server-frames.ts';
import { placeInLog } from './place-in-log.ts';
import { createPublished } from './published.ts';
import { createTail } from './tail.ts';

/** How the feed reads the log; rejects while the log is away. */
export interface LogReader {
  /** Where the shop's log stands; makes an empty one if there is none. */
  open(shopId: string): Promise<OpenedLog>;
  states(shopIds: readonly string[]): Promise<Map<string, LogState>>;
  page(shopId: string, since: number, limit: number): Promise<LogPage | undefined>;
  receipts(shopId: string, since: number, limit: number): Promise<Receipt[]>;
  /** The state, but `head` is the last that was stored more than so many milliseconds ago. */
  stateAgo(shopId: string, ms: number): Promise<LogState | undefined>;
}

/** How the feed reaches its sockets: everything published in one turn is written together. */
export interface Topics {
  publish(topic: string, frame: string): void;
  /** How many sockets are subscribed. */
  subscribers(topic: string): number;
}

/** Somebody who follows this feed and has to be told when it jumps. */
export interface Follower {
  /** What was followed is gone: begin anew with all that is kept. */
  rejoin(): void;
}

export interface FeedOptions {
  shopId: string;
  log: LogReader;
  topics: Topics;
  tailLength: number;
  pageSize: number;
  observe: Pick<GatewayObserver, 'sent' | 'told' | 'gapRepaired' | 'feedReset'>;
  logger: Logger;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** A v1 frame, and the `seq` or `n` of what it tells. */
export interface NumberedFrame {
  number: number;
  frame: string;
}

/** The frame is made once, and only for somebody: most notifications are never asked for again. */
class TailedNotification implements NumberedFrame {
  #notification: LoggedNotification;
  #frame: string | undefined;

  constructor(notification: LoggedNotification) {
    this.#notification = notification;
  }

  get number(): number {
    return this.#notification.seq;
  }

  get frame(): string {
    this.#frame ??= notificationFrame(this.#notification);
    return this.#frame;
  }

  acknowledgedBy({ sid, at }: Receipt): void {
    this.#notification = { ...this.#notification, ackedBy: sid, ackedAt: at };
    this.#frame = undefined;
  }
}

/** An append that was under way when the feed was made has dated its rows a little earlier. */
const IN_FLIGHT_MS = 1_000;

const BACKOFF = { initialMs: 100, maxMs: 5_000 };

export class ShopFeed {
  readonly shopId: string;
  readonly plainTopic: string;
  readonly v1Topic: string;
  readonly followers = new Set<Follower>();

  #state: 'opening' | 'live' | 'closed' = 'opening';
  #at: LogState = { epoch: '', head: 0, oldest: 1, receipts: 0 };
  /** The highest numbers heard of; above our own the log has to be read. */
  #wanted = { seq: 0, receipts: 0 };
  /** Another log than the one that is followed: to be moved to. */
  #other: LogState | undefined;
  /** Of what was offered before the log was known. */
  readonly #early = new Set<string>();
  #repair: Promise<void> | undefined;
  #refreshing: Promise<void> | undefined;
  #refreshAgain = false;
  readonly #closing = new AbortController();
  readonly #tail;
  readonly #receiptTail;
  readonly #published;
  readonly #options: FeedOptions;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.shopId = options.shopId;
    this.plainTopic = `plain/${options.shopId}`;
    this.v1Topic = `v1/${options.shopId}`;
    this.#tail = createTail<TailedNotification>(options.tailLength);
    this.#receiptTail = createTail<NumberedFrame>(options.tailLength);
    this.#published = createPublished(options.tailLength, options.now() - IN_FLIGHT_MS);
  }

  /** Where the feed stands: everything up to here was published. */
  get at(): Readonly<LogState> {
    return this.#at;
  }

  /** The log's state is known: what was announced while it was being read is caught up with. */
  start(state: OpenedLog): void {
    if (this.#state !== 'opening') return;
    this.#state = 'live';
    this.#moveTo(state);
    if (state.lastEventId !== undefined)
      this.#published.add(state.head, state.lastEventId, this.#options.now());
    this.#repairIfBehind();
    for (const epoch of this.#early) this.#accepts(epoch);
    this.#early.clear();
  }

  close(): void {
    this.#state = 'closed';
    this.#closing.abort();
  }

  /** Announced, or read by somebody, in `seq` order: publishes what follows the head and asks the log for gaps. */
  offer(epoch: string, notifications: readonly LoggedNotification[]): void {
    if (!this.#accepts(epoch)) return;
    for (const notification of notifications) {
      if (this.#isPublishing() && notification.seq === this.#at.head + 1) this.#publish(notification);
      else this.#wanted.seq = Math.max(this.#wanted.seq, notification.seq);
    }
    this.#repairIfBehind();
  }

  offerReceipts(epoch: string, receipts: readonly Receipt[]): void {
    if (!this.#accepts(epoch)) return;
    for (const receipt of receipts) {
      if (this.#isPublishing() && receipt.n === this.#at.receipts + 1) this.#publishReceipt(receipt);
      else this.#wanted.receipts = Math.max(this.#wanted.receipts, receipt.n);
    }
    this.#repairIfBehind();
  }

  /**
   * Compares the feed with the log. `before` is where the feed stood when the log was asked: a log that was below
   * that is not merely read early, it is another one.
   */
  compare(before: Readonly<LogState>, state: LogState): void {
    if (this.#state !== 'live' || before.epoch !== this.#at.epoch) return;
    const isOther = state.epoch !== before.epoch;
    if (isOther || state.head < before.head || state.receipts < before.receipts) {
      const known = this.#other?.epoch === state.epoch ? this.#other.head : 0;
      this.#other = { ...state, head: Math.max(known, state.head) };
      this.#repairIfBehind();
      return;
    }
    this.#at.oldest = Math.max(this.#at.oldest, state.oldest);
    this.#wanted.seq = Math.max(this.#wanted.seq, state.head);
    this.#wanted.receipts = Math.max(this.#wanted.receipts, state.receipts);
    this.#repairIfBehind();
  }

  /** Reads where the log stands and catches up with it. Rejects while the log is away. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#readState().finally(() => {
      this.#refreshing = undefined;
      if (this.#refreshAgain) this.#refreshSoon();
    });
    return this.#refreshing;
  }

  async #readState(): Promise<void> {
    const before = { ...this.#at };
    this.compare(before, await this.#options.log.open(this.shopId));
    await this.#repair;
  }

  /** Reads what is there from now on: a read that is under way may have looked earlier. */
  #refreshSoon(): void {
    this.#refreshAgain = this.#refreshing !== undefined;
    if (this.#refreshAgain || this.#state === 'closed') return;
    this.refresh().catch((error) => {
      this.#options.logger.warn({ shopId: this.shopId, error: messageOf(error) }, 'a feed was not compared');
    });
  }

  heartbeat(): void {
    this.#tell(SUBPROTOCOL, () => heartbeatFrame(this.#at.head));
  }

  /** The v1 frames of all notifications above `seq`, if they are all in memory. */
  framesAfter(seq: number): readonly NumberedFrame[] | undefined {
    return this.#tail.after(seq);
  }

  /** The frames of all receipts above `n`, if they are all in memory. */
  receiptFramesAfter(n: number): readonly NumberedFrame[] | undefined {
    return this.#receiptTail.after(n);
  }

  #accepts(epoch: string): boolean {
    if (this.#state === 'closed') return false;
    if (this.#state === 'opening') this.#early.add(epoch);
    if (this.#state === 'opening' || epoch === this.#at.epoch) return true;
    this.#refreshSoon();
    return false;
  }

  #publish(notification: LoggedNotification): void {
    const { shopId, seq, eventId, occurredAt } = notification;
    const tailed = new TailedNotification(notification);
    this.#at.head = seq;
    this.#tail.push(tailed);
    const v1 = this.#tell(SUBPROTOCOL, () => tailed.frame);
    // In another log than the one before, under another number, it may have been published already.
    const plain = this.#published.has(eventId) ? 0 : this.#tell('plain', () => plainFrame(notification));
    this.#published.add(seq, eventId, this.#options.now());
    if (v1 + plain > 0) this.#options.observe.told(occurredAt);
    this.#options.logger.debug({ eventId, shopId, seq, v1, plain }, 'published to sockets');
  }

  /** Publishes to those who listen, and says how many they are. The frame is made only for somebody. */
  #tell(protocol: Protocol, makeFrame: () => string): number {
    const { topics, observe } = this.#options;
    const topic = protocol === 'plain' ? this.plainTopic : this.v1Topic;
    const sockets = topics.subscribers(topic);
    if (sockets === 0) return 0;
    const frame = makeFrame();
    topics.publish(topic, frame);
    observe.sent(protocol, sockets, sockets * Buffer.byteLength(frame));
    return sockets;
  }

  #publishReceipt(receipt: Receipt): void {
    const frame = receiptFrame(receipt);
    this.#at.receipts = receipt.n;
    this.#receiptTail.push({ number: receipt.n, frame });
    this.#tail.at(receipt.seq)?.acknowledgedBy(receipt);
    this.#tell(SUBPROTOCOL, () => frame);
  }

  /** Nothing more of the log that is followed is published once it is known that there is another. */
  #isPublishing(): boolean {
    return this.#state === 'live' && this.#other === undefined;
  }

  #isBehind(): boolean {
    return this.#wanted.seq > this.#at.head || this.#wanted.receipts > this.#at.receipts;
  }

  #repairIfBehind(): void {
    if (this.#state !== 'live' || this.#repair !== undefined) return;
    if (this.#other === undefined && !this.#isBehind()) return;
    this.#repair = this.#readWhatIsWanted().finally(() => {
      this.#repair = undefined;
      this.#repairIfBehind(); // something may have been wanted since the last look
    });
  }

  /** The only reader of this feed's gaps, until there is none. */
  async #readWhatIsWanted(): Promise<void> {
    let repaired = false;
    for (let failures = 0; this.#state === 'live' && (this.#other || this.#isBehind()); ) {
      try {
        if (this.#other !== undefined) await this.#follow(this.#other);
        else if (this.#wanted.seq > this.#at.head) repaired = (await this.#repairNotifications()) || repaired;
        else await this.#repairReceipts();
        failures = 0;
      } catch (error) {
        const waitMs = backoffMs(++failures, BACKOFF);
        const fields = { shopId: this.shopId, error: messageOf(error), failures, waitMs };
        this.#options.logger.warn(fields, 'a gap was not read');
        await delayOrAbort(waitMs, this.#closing.signal);
      }
    }
    if (repaired) this.#options.observe.gapRepaired();
  }

  /** Whether something was published that nobody had announced. */
  async #repairNotifications(): Promise<boolean> {
    const { log, pageSize } = this.#options;
    const before = { ...this.#at };
    const goal = this.#wanted.seq;
    const page = await log.page(this.shopId, before.head, pageSize);
    if (!this.#isPublishing()) return false;
    if (page === undefined || page.epoch !== before.epoch || page.head < before.head) {
      this.compare(before, page ?? (await log.open(this.shopId)));
    } else if ((page.notifications[0]?.seq ?? page.head + 1) > this.#at.head + 1) {
      // We slept for longer than the log is kept; maybe nothing of it is left.
      this.#reset({ ...page, head: page.oldest - 1 }, page.head);
    } else {
      const { head } = this.#at;
      for (const row of page.notifications) if (row.seq === this.#at.head + 1) this.#publish(row);
      // An announcement of what the log does not have is no reason to ask for ever; a newer one is.
      if (this.#at.head >= page.head && this.#wanted.seq === goal) this.#wanted.seq = this.#at.head;
      return this.#at.head > head;
    }
    return false;
  }

  async #repairReceipts(): Promise<void> {
    const { log, pageSize } = this.#options;
    const before = { ...this.#at };
    const goal = this.#wanted.receipts;
    const state = (await log.states([this.shopId])).get(this.shopId);
    const rows = await log.receipts(this.shopId, before.receipts, pageSize);
    if (!this.#isPublishing()) return;
    if (state === undefined || state.epoch !== before.epoch || state.receipts < before.receipts) {
      this.compare(before, state ?? (await log.open(this.shopId)));
      return;
    }
    for (const row of rows) {
      // A hole is what retention took away together with its notification: nobody waits for that.
      if (row.n > this.#at.receipts + 1) this.#skipReceipts(row.n - 1);
      if (row.n === this.#at.receipts + 1) this.#publishReceipt(row);
    }
    if (rows.length < pageSize && this.#at.receipts < state.receipts) this.#skipReceipts(state.receipts);
    // As with notifications: what the log does not have is not asked for ever.
    if (this.#at.receipts >= state.receipts && this.#wanted.receipts === goal) {
      this.#wanted.receipts = this.#at.receipts;
    }
  }

  #skipReceipts(to: number): void {
    this.#at.receipts = to;
    this.#receiptTail.restart(to + 1);
  }

  /** Moves to another log, or asks which it is by now. */
  async #follow(other: LogState): Promise<void> {
    const place = await placeInLog(other, { ...this.#options, published: this.#published });
    if (this.#state !== 'live' || this.#other?.epoch !== other.epoch) return;
    if (place !== undefined) {
      this.#reset({ ...this.#other, head: place }, this.#other.head);
      return;
    }
    const state = await this.#options.log.open(this.shopId);
    this.#other = undefined;
    this.compare({ ...this.#at }, state);
  }

  /** This is another log than the one we followed, or it has moved past us: go on there, and let followers begin anew. */
  #reset(state: LogState, wanted: number): void {
    const { shopId, logger } = this.#options;
    logger.warn({ shopId, from: this.#at, to: state }, 'the feed moves to another place or log');
    this.#options.observe.feedReset();
    this.#other = undefined;
    this.#wanted = { seq: wanted, receipts: 0 };
    this.#moveTo(state);
    for (const follower of this.followers) follower.rejoin();
    this.#refreshSoon(); // what was announced of that log before the feed was there was dropped
  }

  #moveTo({ epoch, head, oldest, receipts }: LogState): void {
    this.#at = { epoch, head, oldest, receipts };
    this.#published.moveTo(head);
    this.#tail.restart(head + 1);
    this.#receiptTail.restart(receipts + 1);
  }
}
