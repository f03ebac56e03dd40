import { expect } from 'chai';
import { Published } from '../../../../src/gateway/feed/published.ts';

/** Knows four, at times eight. */
const publishedUpTo = (seq: number) => {
  const published = new Published(4, 0);
  for (let place = 1; place <= seq; place++) published.add(place, `event-${place}`, place);
  return published;
};

describe('what a feed has published', () => {
  it('is known for as many as it may keep, and since when', () => {
    const published = publishedUpTo(8);
    expect([1, 4, 5, 8].map((place) => published.has(`event-${place}`))).to.deep.equal([
      ...[false, false],
      ...[true, true],
    ]);
    expect(published.forgottenAt).to.equal(4);
    expect([published.first, published.at(5), published.at(4)]).to.deep.equal([5, 'event-5', undefined]);
  });

  it('stays known until it comes again in another log, however much is published there before', () => {
    const published = publishedUpTo(7);
    published.moveTo(1, 10);
    expect(published.at(1)).to.equal('event-1');
    ['event-2', 'event-3', 'new-1', 'event-4', 'new-2', 'new-3', 'new-4', 'new-5'].forEach(
      (eventId, index) => {
        published.add(2 + index, eventId, 11 + index);
      },
    );
    expect(['event-5', 'event-6', 'event-7'].filter((eventId) => !published.has(eventId))).to.deep.equal([]);
    expect(published.has('event-2'), 'what came again is forgotten in its turn').to.equal(false);
  });

  it('is bounded over any number of other logs, and what was forgotten is dated', () => {
    const published = new Published(4, 0);
    for (let log = 0; log < 50; log++) {
      for (let place = 1; place <= 3; place++)
        published.add(place, `event-${log}-${place}`, log * 10 + place);
      published.moveTo(0, log * 10 + 9);
    }
    const known = (log: number) => [1, 2, 3].filter((place) => published.has(`event-${log}-${place}`)).length;
    expect(Array.from({ length: 50 }, (_, log) => known(log)).reduce((sum, count) => sum + count)).to.equal(
      8,
    );
    expect(known(49)).to.equal(3);
    expect(published.forgottenAt).to.equal(471);
  });
});
