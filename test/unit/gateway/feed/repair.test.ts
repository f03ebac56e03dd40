/** The shop feed reading gaps from a fake log, whose answers are held back, fail, or are of yesterday. */

import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import { createGates, receipt, turn, upTo } from '../../../support/fake-log.ts';
import { feedOn } from '../../../support/feed.ts';

/** A live feed whose reads of the log wait at gates. */
function gatedFeed(length: number) {
  const made = feedOn(length);
  const gates = createGates();
  made.log.gate = gates.gate;
  return { ...made, gates, openAll: () => gates.openAll() };
}

describe('shop feed, reading gaps from a (fake) log', () => {
  it('reads with one reader only, however many gaps are announced', async () => {
    const { log, topics, feed, openAll } = gatedFeed(0);
    for (let round = 0; round < 5; round++) feed.offer('first', log.append(4).slice(3));
    feed.compare({ ...feed.at }, { ...log.state });
    await openAll();
    expect(topics.seqs()).to.deep.equal(upTo(20));
    expect(log.mostReading).to.equal(1);
  });

  it('repeats nothing when live announcements overtake the read', async () => {
    const { log, topics, feed, gates, openAll } = gatedFeed(0);
    const rows = log.append(3);
    feed.offer('first', rows.slice(2)); // asks for 1 to 3
    gates.open();
    await turn(); // the page is read, and not yet here
    feed.offer('first', rows.slice(0, 2));
    feed.offer('first', log.append(1)); // 4 waits for 3
    expect(topics.seqs()).to.deep.equal([1, 2]);
    await openAll();
    expect(topics.seqs()).to.deep.equal([1, 2, 3, 4]);
  });

  it('does not forget what is asked for while it reads', async () => {
    const { log, topics, feed, gates, openAll } = gatedFeed(0);
    feed.offer('first', log.append(2).slice(1));
    gates.open();
    await turn(); // the page holds 1 and 2
    feed.offer('first', log.append(2).slice(1)); // 4 is announced, 3 is not
    await openAll();
    expect(topics.seqs()).to.deep.equal([1, 2, 3, 4]);
  });

  it('does not forget what is asked for in the very moment in which a read ends', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks++) {
      const { log, topics, feed, gates, openAll } = gatedFeed(0);
      feed.offer('first', log.append(2).slice(1));
      gates.open();
      await turn();
      gates.open(); // the page is on its way
      for (let passed = 0; passed < microtasks; passed++) await Promise.resolve();
      feed.offer('first', log.append(2).slice(1));
      await turn();
      await openAll();
      expect(topics.seqs(), `after ${microtasks} microtasks`).to.deep.equal([1, 2, 3, 4]);
    }
  });

  it('reads a long gap page by page', async () => {
    const { log, topics, feed } = feedOn(0);
    feed.offer('first', log.append(8).slice(7));
    await eventually(() => expect(topics.seqs()).to.deep.equal(upTo(8)));
    expect(log.asked).to.deep.equal(['page 0', 'page 3', 'page 6']);
  });

  it('tries again when the log fails', async () => {
    const { log, topics, feed } = feedOn(0);
    let failures = 3;
    log.gate = async () => {
      if (failures-- > 0) throw new Error('the log is away');
    };
    feed.offer('first', log.append(2).slice(1));
    await eventually(() => expect(topics.seqs()).to.deep.equal([1, 2]));
    expect(log.asked).to.have.length(4);
  });

  it('rejects a refresh while the log fails, and catches up with the next', async () => {
    const { log, topics, feed } = feedOn(0);
    log.append(2);
    log.gate = async () => {
      throw new Error('the log is away');
    };
    const failure = await feed.refresh().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    log.gate = async () => {};
    await feed.refresh();
    expect(topics.seqs()).to.deep.equal([1, 2]);
  });

  it('does not go back when a comparison brings an old state', async () => {
    const { log, topics, feed } = feedOn(2);
    const before = { ...feed.at };
    const old = { ...log.state };
    feed.offer('first', log.append(3));
    feed.compare(before, old);
    feed.offer('first', log.append(1));
    await turn();
    expect(topics.seqs()).to.deep.equal([3, 4, 5, 6]);
    expect(feed.at.head).to.equal(6);
  });
});

describe('shop feed, repairing receipts', () => {
  it('publishes them in order, once each, whatever order they are announced in', async () => {
    const { log, topics, feed } = feedOn(6);
    const all = [3, 1, 2, 6].flatMap((seq) => log.acknowledge(seq) ?? []);
    feed.offerReceipts('first', all.slice(0, 1));
    feed.offerReceipts('first', all.slice(3));
    feed.offerReceipts('first', all.slice(1, 3));
    feed.offerReceipts('first', all);
    await eventually(() => expect(topics.receipts()).to.deep.equal([1, 2, 3, 4]));
    await turn();
    expect(topics.receipts()).to.deep.equal([1, 2, 3, 4]);
  });

  it('does not wait for those that retention took away', async () => {
    const { log, topics, feed } = feedOn(6);
    for (const seq of [1, 5, 2, 6, 3]) log.acknowledge(seq);
    log.keepFrom(4); // leaves 2 and 4 of 1 to 5
    feed.compare({ ...feed.at }, { ...log.state });
    await eventually(() => expect(feed.at.receipts).to.equal(5));
    expect(topics.receipts()).to.deep.equal([2, 4]);
    feed.offerReceipts(
      'first',
      [log.acknowledge(4)].flatMap((one) => one ?? []),
    );
    expect(topics.receipts()).to.deep.equal([2, 4, 6]);
    expect(feed.receiptFramesAfter(5)).to.have.length(1);
    expect(feed.receiptFramesAfter(1), 'the tail has no hole').to.equal(undefined);
  });

  it('tells with a notification of the tail who acknowledged it', () => {
    const { log, feed } = feedOn(0);
    feed.offer('first', log.append(2));
    feed.offerReceipts(
      'first',
      [log.acknowledge(1, 'till-9')].flatMap((one) => one ?? []),
    );
    const [first, second] = (feed.framesAfter(0) ?? []).map(({ frame }) => JSON.parse(frame));
    expect(first).to.include({ seq: 1, ackedBy: 'till-9', ackedAt: '2025-03-06T17:15:00.000Z' });
    expect(second).not.to.have.property('ackedBy');
  });

  it('does not take a receipt that the log lacks for the present, and publishes those that come', async () => {
    const { log, topics, feed } = feedOn(9);
    for (let seq = 1; seq <= 3; seq++) log.acknowledge(seq);
    feed.offerReceipts('first', [receipt(8, 9)]);
    await eventually(() => expect(feed.at.receipts).to.equal(3));
    for (let seq = 4; seq <= 9; seq++) {
      const made = log.acknowledge(seq);
      if (made !== undefined) feed.offerReceipts('first', [made]);
    }
    await eventually(() => expect(topics.receipts()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });
});
