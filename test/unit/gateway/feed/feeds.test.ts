/** The feeds of a process, on a fake log and fake topics. */

import { expect } from 'chai';
import { createFeeds } from '../../../../src/gateway/feed/feeds.ts';
import { createGates, FakeLog, FakeTopics, turn } from '../../../support/fake-log.ts';
import { observe, silent } from '../../../support/feed.ts';

function feedsOn(length: number) {
  const log = new FakeLog();
  const topics = new FakeTopics();
  log.append(length);
  const clock = { now: 0 };
  const feeds = createFeeds({
    log,
    topics,
    tailLength: 8,
    pageSize: 3,
    observe,
    logger: silent,
    now: () => clock.now,
  });
  return { log, topics, feeds, clock };
}

describe('feeds', () => {
  it('make one feed for a shop that many ask for at once', async () => {
    const { log, feeds } = feedsOn(2);
    const opened = await Promise.all([feeds.open('s'), feeds.open('s'), feeds.open('t'), feeds.open('s')]);
    expect(new Set(opened).size).to.equal(2);
    expect(log.asked.toSorted()).to.deep.equal(['open s', 'open t']);
  });

  it('hear announcements before they have read the head, so that nothing falls between', async () => {
    const { log, topics, feeds } = feedsOn(2);
    const gates = createGates();
    log.gate = gates.gate;
    const opening = feeds.open('s');
    gates.open();
    await turn(); // the head was read, and is not yet here
    feeds.find('s')?.offer('first', log.append(1));
    gates.open();
    await opening;
    while (gates.waiting.length > 0) {
      gates.open();
      await turn();
    }
    expect(topics.seqs()).to.deep.equal([3]);
  });

  it('know no feed of a shop that nobody asked for', () => {
    expect(feedsOn(0).feeds.find('s')).to.equal(undefined);
  });

  it('reject while the log is away, and try again with the next call', async () => {
    const { log, feeds } = feedsOn(2);
    log.gate = async () => {
      throw new Error('away');
    };
    const failures = await Promise.allSettled([feeds.open('s'), feeds.open('s')]);
    expect(failures.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    log.gate = async () => {};
    expect((await feeds.open('s')).at.head).to.equal(2);
  });

  it('ask for the states of all in one query when they compare', async () => {
    const { log, topics, feeds } = feedsOn(1);
    await Promise.all([feeds.open('s'), feeds.open('t')]);
    log.asked.length = 0;
    log.append(1);
    await feeds.compare();
    await turn();
    expect(log.asked.filter((question) => question === 'states')).to.have.length(1);
    expect(topics.seqs()).to.deep.equal([2, 2]);
  });

  it('tell each shop that the service is there, the many in several turns', async () => {
    const { topics, feeds } = feedsOn(0);
    await Promise.all(Array.from({ length: 450 }, (_, index) => feeds.open(`s${index}`)));
    const afterTurns: number[] = [];
    const received = feeds.heartbeat();
    while (afterTurns.at(-1) !== 450) {
      afterTurns.push(topics.published.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await received;
    expect(afterTurns).to.deep.equal([200, 400, 450]);
    expect(new Set(topics.published.map(({ topic }) => topic)).size).to.equal(450);
  });

  it('take the state from before the question, so that what is published meanwhile is no reason to reset', async () => {
    const { log, feeds } = feedsOn(1);
    const feed = await feeds.open('s');
    let rejoins = 0;
    feed.followers.add({
      rejoin() {
        rejoins++;
      },
    });
    const gates = createGates();
    log.gate = gates.gate;
    const comparing = feeds.compare();
    gates.open();
    await turn(); // the states were read
    feed.offer('first', log.append(2));
    gates.open();
    await comparing;
    expect(rejoins).to.equal(0);
    expect(feed.at.head).to.equal(3);
  });

  it('keep the feed of a shop that was left for a minute, and close it after that', async () => {
    const { feeds, clock } = feedsOn(1);
    const feed = await feeds.open('s');
    const follower = { rejoin: () => {} };
    feed.followers.add(follower);
    clock.now = 100_000;
    await feeds.compare();
    feed.followers.delete(follower);
    clock.now += 59_000;
    await feeds.compare();
    expect(feeds.find('s')).to.equal(feed);
    clock.now += 2_000;
    await feeds.compare();
    expect(feeds.find('s')).to.equal(undefined);
  });
});
