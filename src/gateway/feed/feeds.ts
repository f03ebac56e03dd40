/**
 * The feeds of all shops that have a socket here. A shop has one feed, however many sockets ask for it at once. The feed
 * takes announcements before it reads the log's head, so that none falls between the two.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogState } from '../../domain/log.ts';
import { type FeedOptions, ShopFeed } from './shop-feed.ts';

export type FeedsOptions = Omit<FeedOptions, 'shopId'>;

export interface Feeds {
  readonly size: number;
  /** The shop's feed once it is live. Rejects while the log is away, and the next call tries again. */
  open(shopId: string): Promise<ShopFeed>;
  /** The shop's feed if it is live already. */
  live(shopId: string): ShopFeed | undefined;
  /** The shop's feed, live or about to be; undefined where no socket has asked for it. */
  find(shopId: string): ShopFeed | undefined;
  /** Compares every feed with the log, by one query for many, and closes those without a socket for a while. */
  compare(): Promise<void>;
  /** Sends all v1 sockets a heartbeat; many shops in several turns, so that alerts pass between them. */
  heartbeat(): Promise<void>;
  close(): void;
}

interface Entry {
  feed: ShopFeed;
  opened: Promise<ShopFeed>;
  live: boolean;
  followedAt: number;
}

/** A page that is reloaded, or a till that reconnects, finds the feed and its tail still there. */
const LINGER_MS = 60_000;

/** Each is a system call for each of the shop's sockets, 5 to 9 µs. */
const HEARTBEATS_A_TURN = 200;

/** How many shops are asked for in one query. */
const COMPARE_CHUNK = 5_000;

export function createFeeds(options: FeedsOptions): Feeds {
  const entries = new Map<string, Entry>();

  function openEntry(shopId: string): Entry {
    const feedOptions: FeedOptions = { ...options, shopId };
    const feed = new ShopFeed(feedOptions);
    const entry: Entry = { feed, opened: Promise.resolve(feed), live: false, followedAt: options.now() };
    entries.set(shopId, entry);
    entry.opened = options.log.open(shopId).then(
      (state) => {
        feed.start(state);
        entry.live = true;
        return feed;
      },
      (error) => {
        feed.close();
        entries.delete(shopId);
        throw error;
      },
    );
    return entry;
  }

  function closeIdle(): void {
    for (const [shopId, entry] of entries) {
      if (!entry.live || entry.feed.followers.size > 0) entry.followedAt = options.now();
      else if (options.now() - entry.followedAt > LINGER_MS) {
        entry.feed.close();
        entries.delete(shopId);
      }
    }
  }

  async function compareChunk(chunk: readonly ShopFeed[]): Promise<void> {
    const before = new Map<ShopFeed, LogState>(chunk.map((feed) => [feed, { ...feed.at }]));
    const states = await options.log.states(chunk.map((feed) => feed.shopId));
    for (const [feed, at] of before) {
      const state = states.get(feed.shopId);
      if (state !== undefined) feed.compare(at, state);
      else await feed.refresh();
    }
  }

  return {
    get size() {
      return entries.size;
    },
    open: (shopId) => (entries.get(shopId) ?? openEntry(shopId)).opened,
    live(shopId) {
      const entry = entries.get(shopId);
      return entry?.live ? entry.feed : undefined;
    },
    find: (shopId) => entries.get(shopId)?.feed,
    async compare() {
      closeIdle();
      const live = [...entries.values()].filter((entry) => entry.live).map((entry) => entry.feed);
      for (let from = 0; from < live.length; from += COMPARE_CHUNK) {
        await compareChunk(live.slice(from, from + COMPARE_CHUNK));
      }
    },
    async heartbeat() {
      let count = 0;
      for (const { feed, live } of [...entries.values()]) {
        if (!live) continue;
        feed.heartbeat();
        if (++count % HEARTBEATS_A_TURN === 0) await nextTurn();
      }
    },
    close() {
      for (const { feed } of entries.values()) feed.close();
      entries.clear();
    },
  };
}
