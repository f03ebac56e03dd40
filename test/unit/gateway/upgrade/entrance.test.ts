/** Who is let in, on a fake log and fake topics. */

import { expect } from 'chai';
import { ANYBODY } from '../../../../src/domain/access.ts';
import { createFeeds } from '../../../../src/gateway/feed/feeds.ts';
import type { JoinRequest } from '../../../../src/gateway/session.ts';
import { createEntrance, type EntranceLimits } from '../../../../src/gateway/upgrade/entrance.ts';
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

function entranceWith(limits: Partial<EntranceLimits>) {
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
  const entrance = createEntrance({ limits: { ...UNLIMITED, ...limits }, feeds, log, logger: silent, now });
  return { log, feeds, entrance };
}
const perMinute = (count: number) => createRateLimit({ count, seconds: 60 });
const join = (shopId: string): JoinRequest => ({ shopId, sid: 'till', protocol: 'plain' });

describe('the entrance', () => {
  it('lets in with the feed of the shop', async () => {
    const { entrance, feeds } = entranceWith({});
    const entry = await entrance.admit('a', join('s'));
    expect(entry).to.include({ admitted: true, feed: feeds.live('s') });
  });

  it('paces an address, and whoever shows one token', async () => {
    const { entrance } = entranceWith({ addressRequests: perMinute(2), tokenRequests: perMinute(1) });
    const grant = { ...ANYBODY, token: 'one' };
    expect(await entrance.paceToken(grant)).to.equal(undefined);
    expect(await entrance.paceToken(grant)).to.include({ reason: 'too-many-requests' });
    expect(await entrance.paceToken({ ...grant, token: 'two' })).to.equal(undefined);
    for (let times = 0; times < 3; times++) expect(await entrance.paceToken(ANYBODY)).to.equal(undefined);
    expect(await entrance.pace('a')).to.equal(undefined);
    expect(await entrance.pace('a')).to.equal(undefined);
    expect(await entrance.pace('a')).to.include({ reason: 'too-many-requests', retryAfterSeconds: 60 });
  });

  it('counts a new shop once for an address, however many join it at once', async () => {
    const { entrance } = entranceWith({ newShops: perMinute(2) });
    const admit = (shopId: string) => entrance.admit('a', join(shopId));
    const entries = await Promise.all([...Array(20).fill('s'), ...Array(20).fill('t')].map(admit));
    expect(entries.every(({ admitted }) => admitted)).to.equal(true);
    expect(await admit('u')).to.include({ admitted: false, reason: 'too-many-requests' });
    expect(await entrance.admit('b', join('u'))).to.include({ admitted: true });
    expect(await admit('u'), 'known by now').to.include({ admitted: true });
  });

  it('makes no log for who is refused', async () => {
    const { entrance, log } = entranceWith({ newShops: perMinute(1) });
    for (const shopId of ['s', 't', 'u']) await entrance.admit('a', join(shopId));
    expect([...log.shops]).to.deep.equal(['s']);
  });

  it('gives the place back to who is refused for another reason, or finds the log away', async () => {
    const { entrance, log } = entranceWith({ newShops: perMinute(1), connectionsPerAddress: 1 });
    log.gate = () => Promise.reject(new Error('away'));
    expect(await entrance.admit('a', join('s'))).to.include({ reason: 'unavailable', retryAfterSeconds: 2 });
    log.gate = async () => {};
    const entry = await entrance.admit('a', join('s'));
    expect(await entrance.admit('a', join('s'))).to.include({ reason: 'too-many-requests' });
    if (entry.admitted) entry.releaseSlot();
    expect(await entrance.admit('a', join('t'))).to.include({
      message: 'too many new shops from one address',
    });
    expect(await entrance.admit('a', join('s'))).to.include({ admitted: true });
  });

  it('says which limit is reached: the client has enough, or the service has', async () => {
    const { entrance } = entranceWith({ connectionsPerShop: 1, connections: 2 });
    await entrance.admit('a', join('s'));
    expect(await entrance.admit('b', join('s'))).to.include({ reason: 'too-many-requests' });
    await entrance.admit('b', join('t'));
    expect(await entrance.admit('c', join('u'))).to.include({ reason: 'unavailable', retryAfterSeconds: 10 });
  });
});
