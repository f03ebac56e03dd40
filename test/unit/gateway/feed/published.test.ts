import { expect } from 'chai';
import type { EventIdentity } from '../../../../src/domain/notification.ts';
import { FrameTail } from '../../../../src/gateway/feed/frame-tail.ts';
import { Published } from '../../../../src/gateway/feed/published.ts';
import { notificationFrame } from '../../../../src/gateway/server-frames.ts';

const event = (eventId: string): EventIdentity => ({ orderId: 1, eventId });

/** Knows four, at times eight, with the tail that a feed keeps beside it. */
const createPublished = () => {
  const tail = new FrameTail(4);
  const published = new Published(tail, 4, 0);
  const about = { shopId: 'shop', type: 1, content: '', occurredAt: '' };
  return {
    published,
    add(seq: number, eventId: string, now: number) {
      tail.push(notificationFrame({ ...about, ...event(eventId), seq }));
      published.add(seq, event(eventId), now, true);
    },
    moveTo(head: number, now: number) {
      published.moveTo(head, now);
      tail.restart(head + 1);
    },
  };
};

const publishedUpTo = (seq: number) => {
  const feed = createPublished();
  for (let place = 1; place <= seq; place++) feed.add(place, `event-${place}`, place);
  return feed;
};

describe('what a feed has published', () => {
  it('is known for as many as it may keep, and since when', () => {
    const { published, moveTo } = publishedUpTo(8);
    expect(published.forgottenAt).to.equal(4);
    expect([published.first, published.at(5), published.at(4)]).to.deep.equal([5, '1 event-5', undefined]);
    moveTo(0, 9);
    const isKnown = [1, 4, 5, 8].map((place) => published.has(event(`event-${place}`)));
    expect(isKnown).to.deep.equal([false, false, true, true]);
  });

  it('stays known until it comes again in another log, however much is published there before', () => {
    const { published, add, moveTo } = publishedUpTo(7);
    moveTo(1, 10);
    expect(published.at(1)).to.equal('1 event-1');
    const next = ['event-2', 'event-3', 'new-1', 'event-4', 'new-2', 'new-3', 'new-4', 'new-5'];
    for (const [index, eventId] of next.entries()) add(2 + index, eventId, 11 + index);
    const later = ['event-5', 'event-6', 'event-7'];
    expect(later.filter((eventId) => !published.has(event(eventId)))).to.deep.equal([]);
    moveTo(1, 20);
    expect(published.has(event('event-2')), 'what came again is forgotten in its turn').to.equal(false);
  });

  it('is known at its places through one log after another, until the tail has dropped what came later', () => {
    const { published, add, moveTo } = publishedUpTo(5);
    for (const now of [10, 20]) {
      moveTo(3, now);
      expect([1, 2, 3, 4].map((place) => published.at(place))).to.deep.equal([
        ...['1 event-1', '1 event-2', '1 event-3'],
        undefined,
      ]);
      expect(published.reachedAt(3), 'its frame is of the log before').to.equal(undefined);
      add(4, `again-${now}`, now);
      expect([published.at(3), published.at(4)]).to.deep.equal(['1 event-3', `1 again-${now}`]);
    }
    for (let place = 5; place <= 11; place++) add(place, `later-${place}`, 20 + place);
    expect([published.first, published.at(7), published.at(8)]).to.deep.equal([8, undefined, '1 later-8']);
    expect(published.forgottenAt).to.equal(27);
  });

  it('has reached no socket where there was none, and begins after an event that had been published before', () => {
    const published = new Published(new FrameTail(4), 4, 0);
    published.beginAfter(7, event('last'), 1);
    published.add(8, event('alone'), 2, false);
    published.add(9, event('reached'), 3, true);
    expect([published.first, published.at(7)]).to.deep.equal([7, '1 last']);
    expect([7, 8, 9, 10].map((seq) => published.reachedAt(seq))).to.deep.equal([
      ...[undefined, undefined],
      3,
      undefined,
    ]);
  });

  it('is bounded over any number of other logs, and what was forgotten is dated', () => {
    const { published, add, moveTo } = createPublished();
    for (let log = 0; log < 50; log++) {
      for (let place = 1; place <= 3; place++) add(place, `event-${log}-${place}`, log * 10 + place);
      moveTo(0, log * 10 + 9);
    }
    const known = (log: number) =>
      [1, 2, 3].filter((place) => published.has(event(`event-${log}-${place}`))).length;
    const counts = Array.from({ length: 50 }, (_, log) => known(log));
    expect(counts.reduce((sum, count) => sum + count)).to.equal(8);
    expect(known(49)).to.equal(3);
    expect(published.forgottenAt).to.equal(471);
  });
});
