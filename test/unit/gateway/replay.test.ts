/** A replay to one session on a fake socket, from a fake log and a real feed. */

import { expect } from 'chai';
import { type Cursor, replay } from '../../../src/gateway/replay.ts';
import type { Session } from '../../../src/gateway/session.ts';
import { createGates, FakeLog, turn, upTo } from '../../support/fake-log.ts';
import { SocketTopics } from '../../support/fake-socket.ts';
import { openingFeed, sessionOn, silent } from '../../support/feed.ts';

function setting(length: number, { tailLength = 4 } = {}) {
  const log = new FakeLog();
  const topics = new SocketTopics();
  log.append(length);
  const feed = openingFeed({ log, topics, tailLength });
  feed.start({ ...log.state });
  const { socket, session } = sessionOn(feed);
  topics.sockets.add(socket);
  const options = { log, pageSize: 3, logger: silent, pause: turn };
  const run = (from: Partial<Cursor>, of: Session = session) =>
    replay(of, { seq: feed.at.head, epoch: undefined, receipts: undefined, ...from }, options);
  const told = () => socket.frames.map(({ kind, seq, n, head }) => `${kind} ${seq ?? n ?? head}`);
  const seqs = () => socket.frames.flatMap(({ kind, seq }) => (kind === 'notification' ? [seq] : []));
  return { log, topics, feed, socket, session, run, told, seqs };
}

describe('replay', () => {
  it('says ready at once to a client that starts at the present, without reading the log', async () => {
    const { log, run, told } = setting(5);
    await run({});
    expect(told()).to.deep.equal(['ready 5']);
    expect(log.asked).to.deep.equal([]);
  });

  it('serves what is in the tail in the same turn, without reading the log', () => {
    const { log, feed, run, told } = setting(5);
    feed.offer('first', log.append(3));
    void run({ seq: 6 });
    expect(told()).to.deep.equal(['notification 7', 'notification 8', 'ready 8']);
    expect(log.asked).to.deep.equal([]);
  });

  it('reads what is older than the tail page by page', async () => {
    const { log, run, seqs, told } = setting(8);
    await run({ seq: 0 });
    expect(seqs()).to.deep.equal(upTo(8));
    expect(told().at(-1)).to.equal('ready 8');
    expect(log.asked.slice(0, 3)).to.deep.equal(['page 0', 'page 3', 'page 6']);
  });

  it('advances the feed first when the cursor comes to be ahead of it, and repeats nothing after', async () => {
    const { log, feed, run, seqs } = setting(2);
    const rows = log.append(3); // committed, not announced
    await run({ seq: 1 });
    expect(seqs()).to.deep.equal([2, 3, 4, 5]);
    expect(feed.at.head).to.equal(5);
    feed.offer('first', rows); // now the announcement comes
    feed.offer('first', log.append(1));
    expect(seqs()).to.deep.equal([2, 3, 4, 5, 6]);
  });

  it('is ready only when it has all that the log had, however far behind the feed is', async () => {
    const { log, feed, run, seqs, told } = setting(5, { tailLength: 1 });
    log.append(7);
    await run({ seq: 0 });
    expect(seqs()).to.deep.equal(upTo(12));
    expect(told().at(-1)).to.equal('ready 12');
    expect(feed.at.head).to.equal(12);
  });

  it('waits for the feed to catch up when the client has seen more than the feed', async () => {
    const { log, feed, run, seqs, told } = setting(2);
    log.append(3);
    await run({ seq: 5, epoch: 'first' });
    expect(seqs()).to.deep.equal([]);
    expect(told()).to.deep.equal(['ready 5']);
    feed.offer('first', log.append(1));
    expect(seqs()).to.deep.equal([6]);
  });

  it('reads on when the feed moves on while a page is read', async () => {
    const { log, feed, run, seqs } = setting(3, { tailLength: 1 });
    const gates = createGates();
    log.gate = gates.gate;
    const done = run({ seq: 0 });
    for (let round = 0; round < 4; round++) {
      feed.offer('first', log.append(2));
      gates.open();
      await turn();
    }
    log.gate = async () => {};
    gates.open();
    await done;
    expect(seqs()).to.deep.equal(upTo(11));
  });

  for (const [why, from] of [
    ['is after the head of the log', { seq: 9, epoch: 'first' }],
    ['is of another log', { seq: 5, epoch: 'other' }],
    ['is before what is kept', { seq: 1, epoch: 'first' }],
  ] as const) {
    it(`says gone and gives all that is kept when the cursor ${why}`, async () => {
      const { log, run, told } = setting(5);
      log.keepFrom(3);
      await run(from);
      expect(told()).to.deep.equal([
        'gone 5',
        'notification 3',
        'notification 4',
        'notification 5',
        'ready 5',
      ]);
    });
  }

  it('resumes right before the oldest that is kept', async () => {
    const { log, run, told } = setting(5);
    log.keepFrom(3);
    await run({ seq: 2, epoch: 'first' });
    expect(told()[0]).to.equal('notification 3');
  });

  it('says gone once, and ready, when nothing is kept', async () => {
    const { log, run, told } = setting(5);
    log.keepFrom(6);
    await run({ seq: 2 });
    expect(told()).to.deep.equal(['gone 5', 'ready 5']);
  });

  it('says gone when the log is replaced while it replays', async () => {
    const { log, feed, run, seqs, told } = setting(7);
    const gates = createGates();
    log.gate = gates.gate;
    const done = run({ seq: 0 });
    while (seqs().length < 3) {
      await turn();
      gates.open();
    }
    log.replace('second', 2);
    feed.compare({ ...feed.at }, { ...log.state });
    log.gate = async () => {};
    await turn();
    gates.open();
    await done;
    expect(told().slice(3)).to.deep.equal(['gone 2', 'notification 1', 'notification 2', 'ready 2']);
  });

  it('sends one frame at a time to a client that is congested, and goes on when it has drained', async () => {
    const { socket, session, run, seqs, told } = setting(8);
    socket.room = 2;
    const done = run({ seq: 0 });
    for (let round = 0; seqs().length < 8; round++) {
      await turn();
      expect(socket.buffered.length, 'frames held for it').to.be.at.most(1);
      expect(told()).not.to.include('ready 8');
      socket.read(2);
      session.drained();
      expect(round).to.be.below(20);
    }
    socket.read(9);
    session.drained();
    await done;
    expect(seqs()).to.deep.equal(upTo(8));
    expect(told().at(-1)).to.equal('ready 8');
  });

  it('ends when the client goes while it is congested', async () => {
    const { log, socket, session, run } = setting(8);
    socket.room = 2;
    const done = run({ seq: 0 });
    await turn();
    session.closed();
    await done;
    expect(log.asked).to.deep.equal(['page 0']);
  });

  it('waits and tries again when the log fails', async () => {
    const { log, run, seqs } = setting(5);
    let failures = 3;
    log.gate = async () => {
      if (failures-- > 0) throw new Error('the log is away');
    };
    await run({ seq: 0 });
    expect(seqs()).to.deep.equal(upTo(5));
  });
});

describe('replay of receipts', () => {
  const receipts = (told: string[]) => told.filter((one) => one.startsWith('receipt'));

  it('tells no receipts from before to a client that does not ask, but who acknowledged each', async () => {
    const { log, feed, socket, run, told } = setting(5);
    for (const seq of [1, 5]) log.acknowledge(seq, 'till-9');
    await feed.refresh();
    await run({ seq: 0 });
    expect(receipts(told())).to.deep.equal([]);
    expect(socket.frames.map(({ ackedBy }) => ackedBy ?? '-')).to.deep.equal([
      'till-9',
      '-',
      '-',
      '-',
      'till-9',
      '-',
    ]);
  });

  it('tells those after receiptsSince, from the tail and from the log', async () => {
    for (const tailLength of [1, 100]) {
      const { log, feed, run, told } = setting(9, { tailLength });
      for (const seq of upTo(9))
        feed.offerReceipts(
          'first',
          [log.acknowledge(seq)].flatMap((one) => one ?? []),
        );
      await run({ receipts: 2 });
      expect(told()).to.deep.equal([
        ...upTo(9)
          .slice(2)
          .map((n) => `receipt ${n}`),
        'ready 9',
      ]);
    }
  });

  it('advances the feed when the log has receipts that were not announced, and repeats none', async () => {
    const { log, feed, run, told } = setting(3);
    const made = upTo(3).flatMap((seq) => log.acknowledge(seq) ?? []);
    log.append(1);
    await run({ seq: 2, receipts: 0 });
    await feed.refresh();
    feed.offerReceipts('first', made);
    expect(receipts(told())).to.deep.equal(['receipt 1', 'receipt 2', 'receipt 3']);
  });

  it('takes a number above the last receipt for the last', async () => {
    const { log, feed, run, told } = setting(3);
    feed.offerReceipts(
      'first',
      [log.acknowledge(1)].flatMap((one) => one ?? []),
    );
    await run({ receipts: 77 });
    feed.offerReceipts(
      'first',
      [log.acknowledge(2)].flatMap((one) => one ?? []),
    );
    expect(told()).to.deep.equal(['ready 3', 'receipt 2']);
  });
});
