/** A shop feed on the fakes. */

import { type FeedOptions, ShopFeed } from '../../src/gateway/feed/shop-feed.ts';
import { Session } from '../../src/gateway/session.ts';
import { createStalls } from '../../src/gateway/stalls.ts';
import { observeGateway } from '../../src/metrics/observers.ts';
import { createRegistry } from '../../src/metrics/registry.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Protocol } from '../../src/protocol/subprotocols.ts';
import { FakeLog, FakeTopics, SHOP } from './fake-log.ts';
import { FakeSocket } from './fake-socket.ts';

export const silent = createLogger('silent');

/** What it counts nobody reads. */
export const observe = observeGateway(createRegistry());

/** For replays whose clients may take their time. */
export const patient = createStalls<Session>({ seconds: 60, onStalled() {}, now: () => 0 });

/** A live feed at the present of a fake log with so many notifications. */
export function feedOn(length: number, over: Partial<FeedOptions> = {}) {
  const log = new FakeLog();
  const topics = new FakeTopics();
  log.append(length);
  const feed = openingFeed({ log, topics, ...over });
  feed.start(log.opened());
  return { log, topics, feed };
}

/** A feed that is not live yet. */
export function openingFeed(over: Pick<FeedOptions, 'log' | 'topics'> & Partial<FeedOptions>): ShopFeed {
  return new ShopFeed({
    shopId: SHOP,
    tailLength: 8,
    pageSize: 3,
    observe,
    logger: silent,
    now: () => performance.now(),
    ...over,
  });
}

export interface SessionOptions {
  protocol?: Protocol;
  sid?: string;
  id?: string;
  order?: number;
  subject?: string;
}

/** A session with its fake socket, opened. */
export function sessionOn(feed: ShopFeed, options: SessionOptions = {}) {
  const { protocol = 'orderbell.v1', sid = 'till-1', id = sid, order = 0, subject } = options;
  const socket = new FakeSocket();
  const session = new Session({ shopId: feed.shopId, sid, protocol }, feed, id, order, observe, {
    subject,
  });
  session.opened(socket, () => {}, 0);
  return { socket, session };
}
