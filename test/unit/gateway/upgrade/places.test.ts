/** Slots and feeds for sessions, on a fake log and fake topics. */

import { expect } from 'chai';
import { createFeeds } from '../../../../src/gateway/feed/feeds.ts';
import type { JoinRequest } from '../../../../src/gateway/session.ts';
import { createPlaces, type PlaceLimits } from '../../../../src/gateway/upgrade/places.ts';
import { createRateLimit } from '../../../../src/server/rate-limit.ts';
import { FakeLog, FakeTopics } from '../../../support/fake-log.ts';
import { observe, silent } from '../../../support/feed.ts';
import { UNLIMITED } from '../../../support/unlimited.ts';

/** A log that knows only the shops that were opened. */
class EmptyLog extends FakeLog {
  readonly shops = new Set<string>();
  override async open(shopId: string) {
    this.shops.add(shopId);
    return super.open(shopId);
  }
  override async states(shopIds: readonly string[]) {
    return super.states(shopIds.filter((shopId) => this.shops.has(shopId)));
  }
}

function placesWith(limits: Partial<PlaceLimits>) {
  const log = new EmptyLog();
  const now = () => 0;
  const feeds = createFeeds({
    log,
    topics: new FakeTopics(),
    tailLength: 8,
    pageSize: 3,
    observe,
    logger: silent,
    now,
  });
  const places = createPlaces({ limits: { ...UNLIMITED, ...limits }, feeds, log, logger: silent, now });
  return { log, feeds, places };
}
const perMinute = (count: number) => createRateLimit({ count, seconds: 60 });
const join = (shopId: string): JoinRequest => ({ shopId, sid: 'till', protocol: 'plain' });

describe('the places of sessions', () => {
  it('come with the feed of the shop', async () => {
    const { places, feeds } = placesWith({});
    const entry = await places.take('a', join('s'));
    expect(entry).to.include({ ok: true, feed: feeds.live('s') });
  });

  it('count a new shop once for an address, however many join it at once', async () => {
    const { places } = placesWith({ newShops: perMinute(2) });
    const take = (shopId: string) => places.take('a', join(shopId));
    const entries = await Promise.all([...Array(20).fill('s'), ...Array(20).fill('t')].map(take));
    expect(entries.every(({ ok }) => ok)).to.equal(true);
    expect(await take('u')).to.include({ ok: false, reason: 'too-many-requests' });
    expect(await places.take('b', join('u'))).to.include({ ok: true });
    expect(await take('u'), 'known by now').to.include({ ok: true });
  });

  it('make no log for a session that is refused', async () => {
    const { places, log } = placesWith({ newShops: perMinute(1) });
    for (const shopId of ['s', 't', 'u']) await places.take('a', join(shopId));
    expect([...log.shops]).to.deep.equal(['s']);
  });

  it('take no slot for a session that is refused for another reason, or that finds the log away', async () => {
    const { places, log } = placesWith({ newShops: perMinute(1), connectionsPerAddress: 1 });
    log.gate = () => Promise.reject(new Error('away'));
    expect(await places.take('a', join('s'))).to.include({ reason: 'unavailable', retryAfterSeconds: 2 });
    log.gate = async () => {};
    const entry = await places.take('a', join('s'));
    expect(await places.take('a', join('s'))).to.include({ reason: 'too-many-requests' });
    if (entry.ok) entry.releaseSlot();
    expect(await places.take('a', join('t'))).to.include({
      message: 'too many new shops from one address',
    });
    expect(await places.take('a', join('s'))).to.include({ ok: true });
  });

  it('are refused with the limit that is reached: of the client, or of the service', async () => {
    const { places } = placesWith({ connectionsPerShop: 1, connections: 2 });
    await places.take('a', join('s'));
    expect(await places.take('b', join('s'))).to.include({ reason: 'too-many-requests' });
    await places.take('b', join('t'));
    expect(await places.take('c', join('u'))).to.include({ reason: 'unavailable', retryAfterSeconds: 10 });
  });
});
