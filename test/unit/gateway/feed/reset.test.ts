/** The shop feed when the (fake) log is another one, or is no longer kept as far back as the feed stands. */

import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import { createGates, turn, upTo } from '../../../support/fake-log.ts';
import { feedOn } from '../../../support/feed.ts';

function followedFeed(length: number) {
  const made = feedOn(length);
  let rejoins = 0;
  made.feed.followers.add({
    rejoin() {
      rejoins++;
    },
  });
  return { ...made, rejoins: () => rejoins };
}

describe('shop feed, moving to another log', () => {
  it('lets its followers begin anew when the epoch is another', async () => {
    const { log, topics, feed, rejoins } = followedFeed(5);
    feed.offerReceipts(
      'first',
      [log.acknowledge(2)].flatMap((one) => one ?? []),
    );
    log.replace('second', 9);
    feed.compare({ ...feed.at }, { ...log.state });
    await eventually(() => expect(rejoins()).to.equal(1));
    expect(feed.at).to.deep.equal({ epoch: 'second', head: 9, oldest: 1, receipts: 0 });
    expect(feed.framesAfter(5), 'the old tail is forgotten').to.equal(undefined);
    feed.offer('second', log.append(1));
    expect(topics.seqs()).to.deep.equal([10]);
  });

  it("resets when the log's head is below its own", async () => {
    const { log, feed, rejoins } = followedFeed(5);
    log.replace('first', 2);
    feed.compare({ ...feed.at }, { ...log.state });
    await eventually(() => expect(rejoins()).to.equal(1));
    expect(feed.at.head).to.equal(2);
  });

  it('asks the log when an announcement has another epoch, and publishes nothing of it before', async () => {
    const { log, topics, feed, rejoins } = followedFeed(5);
    log.replace('second', 5);
    feed.offer('second', log.append(1)); // 6, which would follow
    expect(topics.seqs()).to.deep.equal([]);
    await eventually(() => expect(rejoins()).to.equal(1));
    expect(feed.at).to.include({ epoch: 'second', head: 6 });
  });

  it('stays where it is when a late announcement has the epoch of the log before', async () => {
    const { log, topics, feed, rejoins } = followedFeed(5);
    const late = log.append(1);
    log.replace('second', 3);
    feed.compare({ ...feed.at }, { ...log.state });
    feed.offer('first', late);
    await turn();
    expect(topics.seqs()).to.deep.equal([]);
    expect(rejoins()).to.equal(1);
    expect(feed.at).to.include({ epoch: 'second', head: 3 });
  });

  it('notices another log by the page that it reads', async () => {
    const { log, topics, feed, rejoins } = followedFeed(5);
    const gates = createGates();
    log.gate = gates.gate;
    feed.offer('first', log.append(3).slice(2));
    log.replace('second', 7);
    await gates.openAll();
    expect(rejoins()).to.equal(1);
    expect(topics.seqs()).to.deep.equal([]);
  });

  it('drops the page that it asked of the log before', async () => {
    const { log, topics, feed } = followedFeed(0);
    const gates = createGates();
    log.gate = gates.gate;
    feed.offer('first', log.append(3).slice(2));
    gates.open();
    await turn(); // the page holds 1 to 3 of the first log
    log.replace('second', 0);
    feed.compare({ ...feed.at }, { ...log.state });
    await gates.openAll();
    expect(topics.seqs()).to.deep.equal([]);
    feed.offer('second', log.append(1));
    expect(topics.seqs()).to.deep.equal([1]);
  });
});

describe('shop feed, asleep for longer than the log is kept', () => {
  it('goes on with the oldest that is kept and sends its followers to catch up', async () => {
    const { log, topics, feed, rejoins } = followedFeed(5);
    log.append(10);
    log.keepFrom(12);
    feed.compare({ ...feed.at }, { ...log.state });
    await eventually(() => expect(rejoins()).to.equal(1));
    await eventually(() => expect(feed.at).to.include({ epoch: 'first', head: 15, oldest: 12 }));
    expect(topics.plainOrders()).to.deep.equal([1012, 1013, 1014, 1015]);
  });

  it('moves to the head as well when nothing at all is kept', async () => {
    const { log, feed, rejoins } = followedFeed(5);
    log.append(10);
    log.keepFrom(16);
    feed.compare({ ...feed.at }, { ...log.state });
    await eventually(() => expect(rejoins()).to.equal(1));
    expect(feed.at).to.deep.equal({ epoch: 'first', head: 15, oldest: 16, receipts: 0 });
  });

  it('stays when late announcements close the hole while the log is read', async () => {
    const { log, topics, feed, rejoins } = followedFeed(5);
    const gates = createGates();
    log.gate = gates.gate;
    const rows = log.append(4); // 6 to 9
    log.keepFrom(9);
    feed.offer('first', rows.slice(3));
    gates.open();
    await turn(); // the page begins with 9
    feed.offer('first', rows);
    feed.offer('first', log.append(1)); // 10, which the page does not know
    gates.open();
    await turn();
    expect(topics.seqs()).to.deep.equal([6, 7, 8, 9, 10]);
    expect(rejoins()).to.equal(0);
    expect(feed.at.head).to.equal(10);
  });
});

describe('shop feed, for plain clients of another log', () => {
  /** Publishes these, and then leaves the feed where it is. */
  const announced = (made: ReturnType<typeof followedFeed>, count: number) =>
    made.feed.offer(made.log.state.epoch, made.log.append(count));
  const compared = ({ log, feed }: ReturnType<typeof followedFeed>) =>
    feed.compare({ ...feed.at }, { ...log.state });
  const orders = (...seqs: number[]) => seqs.map((seq) => 1000 + seq);

  it('publishes what was logged around the change, and nothing from before the feed was made', async () => {
    const made = followedFeed(5); // has published nothing yet
    const { log, topics, feed } = made;
    log.append(2);
    log.forkAt(7, 'second');
    log.append(1);
    compared(made);
    await eventually(() => expect(feed.at.head).to.equal(8));
    expect(topics.plainOrders()).to.deep.equal(orders(6, 7, 8));
  });

  it('publishes once what the other log holds under another number', async () => {
    const made = followedFeed(0);
    const { log, topics, feed } = made;
    announced(made, 4);
    log.forkAt(2, 'second');
    log.add('new'); // as order 1003
    log.add('event-4'); // as order 1004
    log.add('event-3'); // as order 1005
    log.add('newer');
    compared(made);
    await eventually(() => expect(feed.at.head).to.equal(6));
    expect(topics.plainOrders()).to.deep.equal(orders(1, 2, 3, 4, 3, 6));
  });

  it('publishes nothing of an old backup, and what is logged after it', async () => {
    const made = followedFeed(3);
    const { log, topics, feed, rejoins } = made;
    announced(made, 40); // of which it knows at most 16
    log.forkAt(20, 'second');
    compared(made);
    await eventually(() => expect(rejoins()).to.equal(1));
    await turn();
    log.forkAt(20, 'third'); // rotated after the restore
    log.add('new');
    compared(made);
    await eventually(() => expect(feed.at).to.include({ epoch: 'third', head: 21 }));
    expect(topics.plainOrders()).to.deep.equal([...orders(...upTo(43).slice(3)), ...orders(21)]);
  });

  it('publishes nothing old where the backup is from before the feed was made', async () => {
    const made = followedFeed(9);
    const { log, topics, feed } = made;
    log.replace('second', 6);
    compared(made);
    await eventually(() => expect(feed.at).to.include({ epoch: 'second', head: 6 }));
    feed.offer('second', log.append(1));
    expect(topics.plainOrders()).to.deep.equal(orders(7));
  });

  it('misses nothing while the log changes several times before it is read', async () => {
    const made = followedFeed(2);
    const { log, topics, feed } = made;
    const gates = createGates();
    announced(made, 2);
    log.gate = gates.gate;
    for (const epoch of ['second', 'third', 'fourth']) {
      log.forkAt(log.state.head, epoch);
      feed.offer(epoch, log.append(2));
      gates.open();
      await turn();
    }
    await gates.openAll();
    expect(feed.at).to.include({ epoch: 'fourth', head: 10 });
    expect(topics.plainOrders()).to.deep.equal(orders(...upTo(10).slice(2)));
  });

  it('moves once the log is back, if it was away when it changed', async () => {
    const made = followedFeed(2);
    const { log, topics, feed } = made;
    log.forkAt(2, 'second');
    log.append(3);
    let failures = 2;
    log.gate = async () => {
      if (failures-- > 0) throw new Error('the log is away');
    };
    compared(made);
    await eventually(() => expect(feed.at.head).to.equal(5));
    expect(topics.plainOrders()).to.deep.equal(orders(3, 4, 5));
  });

  /** Announces one event of the other log after so many reads of the move; what plain clients got. */
  async function announcedAfter(reads: number, loggedBefore: number): Promise<number[]> {
    const made = followedFeed(2);
    const { log, topics, feed } = made;
    const gates = createGates();
    log.gate = gates.gate;
    log.forkAt(2, 'second');
    log.append(loggedBefore);
    compared(made);
    for (let opened = 0; opened < reads; opened++) {
      gates.open();
      await turn();
    }
    feed.offer('second', log.append(1));
    await gates.openAll();
    return topics.plainOrders();
  }

  it('publishes what is announced of it at any moment of the move, without another comparison', async () => {
    for (let reads = 0; reads < 12; reads++) {
      expect(await announcedAfter(reads, 1), `after ${reads} steps`).to.deep.equal(orders(3, 4));
    }
  });

  it('publishes it also where the other log had nothing new, and nothing comes after it', async () => {
    for (let reads = 0; reads < 12; reads++) {
      expect(await announcedAfter(reads, 0), `after ${reads} steps`).to.deep.equal(orders(3));
    }
  });

  it('publishes nothing more of the log before, once it knows of the other', async () => {
    const made = followedFeed(2);
    const { log, topics, feed } = made;
    const late = log.append(2);
    log.forkAt(2, 'second');
    compared(made);
    feed.offer('first', late);
    await eventually(() => expect(feed.at.epoch).to.equal('second'));
    feed.offer('first', late);
    await turn();
    expect(topics.plainOrders()).to.deep.equal([]);
  });
});
