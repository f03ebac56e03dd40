/**
 * One shop's feed in this process: what was announced, put in order. What it publishes is the shop's log in `seq` order
 * without a gap or a repeat, also where announcements are lost, doubled or late. It publishes by topic, so that a slow
 * socket delays no other.
 *
 * Where the log becomes another one, the feed goes on at the place up to which both are the same, by the event ids that it
 * has published, and plain clients get what follows, each id once. `tailLength` ids are known. Where the logs differ before
 * those, as after a restore of an old backup, it goes on with what was stored since the youngest that is not known any
 * more was published: old history does not ring again.
 *
 * | state   | means                                      | ends by                                                |
 * | ------- | ------------------------------------------ | ------------------------------------------------------ |
 * | opening | the log's head is not known yet            | `start` → live                                         |
 * | live    | publishes what follows its head            | the log is another one → `reset`, live again; `close`  |
 * | closed  | publishes nothing                          | –                                                      |
 */

import type { AnnouncedEscalation } from '../../domain/announcement.ts';
import type { LogState, OpenedLog } from '../../domain/log.ts';
import type { LoggedNotification, LoggedReceipt } from '../../domain/notification.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { SUBPROTOCOL } from '../../protocol/subprotocols.ts';
import type { GatewayObserver } from '../observer.ts';
import { escalationFrame, heartbeatFrame } from '../server-frames.ts';
import type { GatewaySpans } from '../spans.ts';
import type { FollowedLog } from './followed-log.ts';
import { FrameTail, type NumberedFrame } from './frame-tail.ts';
import type { LogReader } from './log-reader.ts';
import { IN_FLIGHT_MS, placeInLog } from './place-in-log.ts';
import { createFollowedLog } from './publish.ts';
import { Published } from './published.ts';
import { type MissingOptions, readMissingNotifications, readMissingReceipts } from './read-missing.ts';
import { createFeedRefresh, type FeedRefresh } from './refresh.ts';
import { createRepair, type Repair } from './repair.ts';
import type { Sequence } from './sequence.ts';
import { createShopTopics, type Topics } from './shop-topics.ts';

/** A session that follows this feed. */
export interface FeedFollower {
  /** What was followed is gone: begin anew with all that is kept. */
  rejoin(): void;
}

export interface FeedOptions {
  shopId: string;
  log: LogReader;
  topics: Topics;
  tailLength: number;
  pageSize: number;
  observe: Pick<GatewayObserver, 'sent' | 'published' | 'gapRepaired' | 'feedReset'>;
  spans?: GatewaySpans | undefined;
  logger: Logger;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** What is open may expire, of which no gateway learns. */
const OPEN_FRESH_MS = 10_000;

export class ShopFeed {
  readonly shopId: string;
  readonly followers = new Set<FeedFollower>();

  #state: 'opening' | 'live' | 'closed' = 'opening';
  #open = 1;
  /** When the log was asked what is open; undefined where a receipt has come since. */
  #openReadAt: number | undefined;
  /** Epochs of what was offered before the log was known; undefined where nothing was. */
  #early: Set<string> | undefined;
  readonly #options: FeedOptions;
  readonly #topics;
  readonly #published;
  readonly #followed: FollowedLog;
  // Made when they are needed, which in most shops they never are: a gateway has as many feeds as shops.
  #closing: AbortController | undefined;
  #repair: Repair | undefined;
  #refresh: FeedRefresh | undefined;

  constructor(options: FeedOptions) {
    const { shopId, tailLength, observe, now } = options;
    this.#options = options;
    this.shopId = shopId;
    this.#topics = createShopTopics(shopId, options.topics, observe);
    const tail = new FrameTail(tailLength);
    this.#published = new Published(tail, tailLength, now() - IN_FLIGHT_MS);
    this.#followed = createFollowedLog({
      ...options,
      topics: this.#topics,
      tail,
      published: this.#published,
      onReceipt: ({ seq }) => {
        if (seq === this.#open) this.#openReadAt = undefined;
      },
    });
  }

  get plainTopic(): string {
    return this.#topics.plain;
  }

  get v1Topic(): string {
    return this.#topics.v1;
  }

  /** When this notification was published to at least one socket, by the feed's clock, as long as that is in memory. */
  publishedAt(seq: number): number | undefined {
    return this.#published.reachedAt(seq);
  }

  /** Where the feed stands: everything up to here was published. */
  get at(): Readonly<LogState> {
    return this.#followed.at;
  }

  /**
   * The lowest `seq` that still needs an answer, else the one after the head, of the log that the feed follows. Never too high: what
   * is open never moves down.
   */
  get open(): number {
    return Math.max(this.#open, this.at.oldest);
  }

  /** Whether `refresh` would find it elsewhere: it was acknowledged, or may have expired by now. */
  get isOpenOutdated(): boolean {
    if (this.#openReadAt === undefined) return true;
    return this.#open <= this.at.head && this.#options.now() - this.#openReadAt > OPEN_FRESH_MS;
  }

  /** The log's state is known: what was announced while it was being read is caught up with. */
  start(state: OpenedLog): void {
    if (this.#state !== 'opening') return;
    this.#state = 'live';
    this.#followed.start(state);
    this.#takeOpen(state);
    if (state.lastEvent !== undefined) {
      this.#published.beginAfter(state.head, state.lastEvent, this.#options.now());
    }
    this.#startRepair();
    for (const epoch of this.#early ?? []) this.#accepts(epoch);
    this.#early = undefined;
  }

  close(): void {
    this.#state = 'closed';
    this.#closing?.abort();
  }

  /** Announced, or read by a replay, in `seq` order: publishes what follows the head, and has the gaps read. */
  offer(epoch: string, notifications: readonly LoggedNotification[]): void {
    this.#offerTo(this.#followed.notifications, epoch, notifications);
  }

  /** The same for receipts, in the order of `n`. */
  offerReceipts(epoch: string, receipts: readonly LoggedReceipt[]): void {
    this.#offerTo(this.#followed.receipts, epoch, receipts);
  }

  /** Compares the feed with the log. `before` is where the feed stood when the log was asked. */
  compare(before: Readonly<LogState>, state: LogState): void {
    if (this.#state !== 'live') return;
    this.#followed.compare(before, state);
    this.#startRepair();
  }

  /** Reads where the log stands and catches up with it. Rejects while the log is away. */
  refresh(): Promise<void> {
    return this.#refreshing().now();
  }

  /** It has no number, and none that is lost is sent again. */
  showEscalation(escalation: AnnouncedEscalation): void {
    this.#topics.publish(SUBPROTOCOL, () => escalationFrame(escalation));
  }

  heartbeat(): void {
    this.#topics.publish(SUBPROTOCOL, () => heartbeatFrame(this.#followed.notifications.head));
  }

  /** The v1 frames of all notifications above `seq`, if they are all in memory. */
  framesAfter(seq: number): readonly NumberedFrame[] | undefined {
    return this.#followed.notifications.after(seq);
  }

  /** The frames of all receipts above `n`, if they are all in memory. */
  receiptFramesAfter(n: number): readonly NumberedFrame[] | undefined {
    return this.#followed.receipts.after(n);
  }

  #offerTo<Item>(sequence: Sequence<Item>, epoch: string, items: readonly Item[]): void {
    if (!this.#accepts(epoch)) return;
    sequence.offer(items, this.#isPublishing());
    this.#startRepair();
  }

  #accepts(epoch: string): boolean {
    if (this.#state === 'closed') return false;
    if (this.#state === 'opening') {
      this.#early ??= new Set();
      this.#early.add(epoch);
      return true;
    }
    if (epoch === this.#followed.epoch) return true;
    this.#refreshing().soon();
    return false;
  }

  #isPublishing(): boolean {
    return this.#state === 'live' && this.#followed.other === undefined;
  }

  async #compareWithLog(): Promise<void> {
    const before = this.at;
    const opened = await this.#options.log.open(this.shopId);
    this.compare(before, opened);
    this.#takeOpen(opened);
    await this.#repair?.underway;
  }

  #takeOpen({ epoch, open }: OpenedLog): void {
    if (epoch !== this.at.epoch) return;
    this.#open = open;
    this.#openReadAt = this.#options.now();
  }

  #refreshing(): FeedRefresh {
    const { shopId, logger } = this.#options;
    this.#refresh ??= createFeedRefresh({
      isClosed: () => this.#state === 'closed',
      ask: () => this.#compareWithLog(),
      onFailure: (error) => logger.warn({ shopId, error: messageOf(error) }, 'a feed was not compared'),
    });
    return this.#refresh;
  }

  #isRepairNeeded(): boolean {
    return this.#state === 'live' && this.#followed.isBehind;
  }

  #startRepair(): void {
    if (!this.#isRepairNeeded()) return;
    this.#repair ??= this.#createRepair();
    this.#repair.start();
  }

  #createRepair(): Repair {
    this.#closing ??= new AbortController();
    const followed = this.#followed;
    const missing: MissingOptions = {
      ...this.#options,
      followed,
      isPublishing: () => this.#isPublishing(),
      moveTo: (place, wanted) => this.#reset(place, wanted),
    };
    return createRepair({
      ...this.#options,
      isNeeded: () => this.#isRepairNeeded(),
      read: async () => {
        if (followed.other !== undefined) await this.#follow(followed.other);
        else if (followed.notifications.isBehind) return readMissingNotifications(missing);
        else await readMissingReceipts(missing);
        return false;
      },
      onRepaired: () => this.#options.observe.gapRepaired(),
      signal: this.#closing.signal,
    });
  }

  /** Moves to another log, or asks which it is by now. */
  async #follow(other: LogState): Promise<void> {
    const followed = this.#followed;
    const place = await placeInLog(other, { ...this.#options, published: this.#published });
    if (this.#state !== 'live' || followed.other?.epoch !== other.epoch) return;
    if (place !== undefined) {
      this.#reset({ ...followed.other, head: place }, followed.other.head);
      return;
    }
    const state = await this.#options.log.open(this.shopId);
    followed.forgetOther();
    this.compare(this.at, state);
  }

  /** This is another log than the one we followed, or it has moved past us: go on there, and let followers begin anew. */
  #reset({ epoch, head, oldest, receipts }: LogState, wanted: number): void {
    const { shopId, observe, logger, now } = this.#options;
    const to = { epoch, head, oldest, receipts };
    logger.warn({ shopId, from: this.at, to }, 'the feed moves to another place or log');
    observe.feedReset();
    this.#published.moveTo(head, now());
    this.#followed.moveTo(to, wanted);
    this.#open = oldest;
    this.#openReadAt = undefined;
    for (const follower of this.followers) follower.rejoin();
    this.#refreshing().soon(); // what was announced of that log before the feed was there was dropped
  }
}
