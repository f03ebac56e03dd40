/** The shop feed against fake announcements, on a fake log and fake topics. */

import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import { createGates, FakeLog, FakeTopics, notification, turn } from '../../../support/fake-log.ts';
import { feedOn, openingFeed } from '../../../support/feed.ts';

describe('shop feed, hearing (fake) announcements', () => {
  it('publishes what follows its head at once, to both topics, without asking the log', () => {
    const { log, topics, feed } = feedOn(2);
    feed.offer('first', log.append(2));
    expect(topics.seqs()).to.deep.equal([3, 4]);
    expect(topics.plain()).to.deep.equal([
      '{"type":1,"orderId":1003,"content":"订单号： 3"}',
      '{"type":1,"orderId":1004,"content":"订单号： 4"}',
    ]);
    expect(log.asked).to.deep.equal([]);
  });

  it('publishes a type that a later version has added, in its place', () => {
    const { log, topics, feed } = feedOn(0);
    const [one, two, three] = log.append(3);
    if (!one || !two || !three) throw new Error('three were appended');
    feed.offer('first', [one, { ...two, type: 3 }, three]);
    expect(topics.seqs()).to.deep.equal([1, 2, 3]);
    expect(topics.plain()[1]).to.equal('{"type":3,"orderId":1002,"content":"订单号： 2"}');
    expect(log.asked).to.deep.equal([]);
  });

  it('publishes to plain clients an event whose id another order of the shop has', () => {
    const { log, topics, feed } = feedOn(0);
    const [one, two] = log.append(2);
    if (!one || !two) throw new Error('two were appended');
    feed.offer('first', [one, { ...two, eventId: one.eventId }]);
    expect(topics.plain()).to.have.length(2);
  });

  it('publishes once what is announced twice', async () => {
    const { log, topics, feed } = feedOn(0);
    const rows = log.append(3);
    feed.offer('first', rows);
    feed.offer('first', rows);
    feed.offer('first', rows.slice(1));
    await turn();
    expect(topics.seqs()).to.deep.equal([1, 2, 3]);
  });

  it('publishes in order what is announced early, reading the gap from the log', async () => {
    const { log, topics, feed } = feedOn(0);
    const [one, two, three] = log.append(3).map((row) => [row]);
    feed.offer('first', three ?? []);
    feed.offer('first', one ?? []);
    feed.offer('first', two ?? []);
    await eventually(() => expect(topics.seqs()).to.deep.equal([1, 2, 3]));
    await turn();
    expect(topics.seqs()).to.deep.equal([1, 2, 3]);
    expect(topics.plain()).to.have.length(3);
  });

  it('publishes what was never announced once a comparison shows it', async () => {
    const { log, topics, feed } = feedOn(2);
    const before = { ...feed.at };
    log.append(5);
    feed.compare(before, { ...log.state });
    await eventually(() => expect(topics.seqs()).to.deep.equal([3, 4, 5, 6, 7]));
  });

  it('publishes nothing for an announcement that comes after the log was read', async () => {
    const { log, topics, feed } = feedOn(0);
    const rows = log.append(4);
    feed.compare({ ...feed.at }, { ...log.state });
    await eventually(() => expect(topics.seqs()).to.deep.equal([1, 2, 3, 4]));
    feed.offer('first', rows);
    await turn();
    expect(topics.seqs()).to.deep.equal([1, 2, 3, 4]);
  });

  it('stops asking for what was announced and is not in the log', async () => {
    const { log, topics, feed } = feedOn(2);
    feed.offer('first', [notification(9)]);
    await eventually(() => expect(log.asked).to.deep.equal(['page 2']));
    await turn();
    expect(log.asked).to.have.length(1);
    feed.offer('first', log.append(1));
    expect(topics.seqs()).to.deep.equal([3]);
  });

  it('publishes nothing while it is opening, and catches up with it when it is live', async () => {
    const log = new FakeLog();
    const topics = new FakeTopics();
    log.append(5);
    const feed = openingFeed({ log, topics });
    const state = log.opened();
    feed.offer('first', log.append(2));
    feed.offerReceipts(
      'first',
      [log.acknowledge(6)].flatMap((one) => one ?? []),
    );
    await turn();
    expect(topics.published).to.deep.equal([]);
    feed.start(state);
    await eventually(() => expect(topics.seqs()).to.deep.equal([6, 7]));
    await eventually(() => expect(topics.receipts()).to.deep.equal([1]));
  });

  it('publishes nothing to a topic that nobody listens to, and keeps its tail all the same', () => {
    const { log, topics, feed } = feedOn(0);
    topics.subscribers = (topic) => (topic.startsWith('plain/') ? 1 : 0);
    feed.offer('first', log.append(2));
    feed.heartbeat();
    expect(topics.published.map(({ topic }) => topic)).to.deep.equal(['plain/corner', 'plain/corner']);
    expect(feed.framesAfter(0)?.map(({ number }) => number)).to.deep.equal([1, 2]);
  });

  it('publishes nothing once it is closed', async () => {
    const { log, topics, feed } = feedOn(0);
    const gates = createGates();
    log.gate = gates.gate;
    feed.offer('first', log.append(3).slice(2));
    feed.close();
    feed.offer('first', log.append(1));
    while (gates.waiting.length > 0) {
      gates.open();
      await turn();
    }
    expect(topics.published).to.deep.equal([]);
  });

  it('beats with its head', () => {
    const { topics, feed } = feedOn(3);
    feed.heartbeat();
    expect(topics.published).to.deep.equal([{ topic: 'v1/corner', frame: '{"kind":"heartbeat","head":3}' }]);
  });

  it('gives the frames after a seq while they are in its tail, and none while they are not', () => {
    const { log, feed } = feedOn(5, { tailLength: 2 });
    feed.offer('first', log.append(4));
    expect(feed.framesAfter(9)).to.deep.equal([]);
    expect(feed.framesAfter(7)?.map(({ number }) => number)).to.deep.equal([8, 9]);
    expect(feed.framesAfter(4)).to.equal(undefined);
    expect(feed.framesAfter(10)).to.equal(undefined);
  });
});
