/** A replay to one session on a fake socket, from a fake log and a real feed. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { type ReplayStart, replay } from '../../../src/gateway/replay.ts';
import type { Session } from '../../../src/gateway/session.ts';
import { createStalls } from '../../../src/gateway/stalls.ts';
import { createGates, FakeLog, turn, upTo } from '../../support/fake-log.ts';
import { SocketTopics } from '../../support/fake-socket.ts';
import { openingFeed, sessionOn, silent } from '../../support/feed.ts';

function setting(length: number, { tailLength = 4, pageSize = 3 } = {}) {
  const log = new FakeLog();
  const topics = new SocketTopics();
  log.append(length);
  const feed = openingFeed({ log, topics, tailLength });
  feed.start(log.opened());
  const { socket, session } = sessionOn(feed);
  socket.onEnd = () => session.closed();
  const clock = { seconds: 0 };
  const stalls = createStalls<Session>({
    seconds: 30,
    onStalled: (stalled) => stalled.closeStalled(),
    now: () => clock.seconds * 1000,
  });
  /** So many seconds pass, swept one by one. */
  const pass = (seconds: number) => {
    for (const end = clock.seconds + seconds; clock.seconds < end; stalls.sweep()) clock.seconds++;
  };
  topics.sockets.add(socket);
  const options = { log, pageSize, stalls, logger: silent, pause: turn };
  const run = (from: Partial<ReplayStart>, of: Session = session) =>
    replay(of, { seq: feed.at.head, epoch: undefined, receipts: undefined, ...from }, options);
  const received = () => socket.frames.map(({ kind, seq, n, head }) => `${kind} ${seq ?? n ?? head}`);
  const seqs = () => socket.frames.flatMap(({ kind, seq }) => (kind === 'notification' ? [seq] : []));
  return { log, topics, feed, socket, session, pass, run, received, seqs };
}

/** From here on the log gives copies of its rows: how many, and how many of them are still in use. */
function watchRows(log: FakeLog) {
  const page = log.page.bind(log);
  const refs: WeakRef<object>[] = [];
  log.page = async (...asked) => {
    const found = await page(...asked);
    const notifications = found.notifications.map((row) => ({ ...row }));
    for (const row of notifications) refs.push(new WeakRef(row));
    return { ...found, notifications };
  };
  return {
    get given() {
      return refs.length;
    },
    async held() {
      await turn(); // what a WeakRef has given stays until the end of its turn
      collectGarbage();
      return refs.filter((ref) => ref.deref() !== undefined).length;
    },
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

describe('replay', () => {
  it('says ready at once to a client that starts at the present, without reading the log', async () => {
    const { log, run, received } = setting(5);
    await run({});
    expect(received()).to.deep.equal(['ready 5']);
    expect(log.asked).to.deep.equal([]);
  });

  it('serves what is in the tail in the same turn, without reading the log', () => {
    const { log, feed, run, received } = setting(5);
    feed.offer('first', log.append(3));
    void run({ seq: 6 });
    expect(received()).to.deep.equal(['notification 7', 'notification 8', 'ready 8']);
    expect(log.asked).to.deep.equal([]);
  });

  it('reads what is older than the tail page by page', async () => {
    const { log, run, seqs, received } = setting(8);
    await run({ seq: 0 });
    expect(seqs()).to.deep.equal(upTo(8));
    expect(received().at(-1)).to.equal('ready 8');
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
    const { log, feed, run, seqs, received } = setting(5, { tailLength: 1 });
    log.append(7);
    await run({ seq: 0 });
    expect(seqs()).to.deep.equal(upTo(12));
    expect(received().at(-1)).to.equal('ready 12');
    expect(feed.at.head).to.equal(12);
  });

  it('waits for the feed to catch up when the client has seen more than the feed', async () => {
    const { log, feed, run, seqs, received } = setting(2);
    log.append(3);
    await run({ seq: 5, epoch: 'first' });
    expect(seqs()).to.deep.equal([]);
    expect(received()).to.deep.equal(['ready 5']);
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
      const { log, run, received } = setting(5);
      log.keepFrom(3);
      await run(from);
      expect(received()).to.deep.equal([
        'gone 5',
        'notification 3',
        'notification 4',
        'notification 5',
        'ready 5',
      ]);
    });
  }

  it('resumes right before the oldest that is kept', async () => {
    const { log, run, received } = setting(5);
    log.keepFrom(3);
    await run({ seq: 2, epoch: 'first' });
    expect(received()[0]).to.equal('notification 3');
  });

  it('says gone once, and ready, when nothing is kept', async () => {
    const { log, run, received } = setting(5);
    log.keepFrom(6);
    await run({ seq: 2 });
    expect(received()).to.deep.equal(['gone 5', 'ready 5']);
  });

  it('says gone when the log is replaced while it replays', async () => {
    const { log, feed, run, seqs, received } = setting(7);
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
    expect(received().slice(3)).to.deep.equal(['gone 2', 'notification 1', 'notification 2', 'ready 2']);
  });

  it('sends one frame at a time to a client that is congested, and goes on when it has drained', async () => {
    const { socket, session, run, seqs, received } = setting(8);
    socket.room = 2;
    const done = run({ seq: 0 });
    for (let round = 0; seqs().length < 8; round++) {
      await turn();
      expect(socket.buffered.length, 'frames held for it').to.be.at.most(1);
      expect(received()).not.to.include('ready 8');
      socket.read(2);
      session.drained();
      expect(round).to.be.below(20);
    }
    socket.read(9);
    session.drained();
    await done;
    expect(seqs()).to.deep.equal(upTo(8));
    expect(received().at(-1)).to.equal('ready 8');
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

  it('holds none of the rows that did not fit while the client has to drain, and reads them again', async () => {
    const { log, socket, session, run, seqs } = setting(40, { pageSize: 20 });
    const rows = watchRows(log);
    socket.room = 5;
    const done = run({ seq: 0 });
    await turn();
    expect(seqs()).to.deep.equal(upTo(5));
    expect(rows.given).to.equal(20);
    expect(await rows.held(), 'rows of the page that are still in memory').to.equal(0);
    for (let round = 0; seqs().length < 40; round++) {
      socket.read(5);
      session.drained();
      await turn();
      await turn();
      expect(round).to.be.below(20);
    }
    socket.read(9);
    session.drained();
    await done;
    expect(seqs()).to.deep.equal(upTo(40));
    expect(rows.given, 'and not a whole page for each few frames').to.be.below(100);
  });

  it('adds nothing to what a client has taken a part of', async () => {
    const { socket, session, run, seqs } = setting(8);
    socket.room = 0;
    socket.limit = 4;
    const done = run({ seq: 0 });
    await turn();
    session.send('{"kind":"error"}');
    session.send('{"kind":"error"}');
    for (const left of [2, 1]) {
      socket.read(1);
      session.drained();
      await turn();
      await turn();
      expect(socket.buffered).to.have.length(left);
    }
    while (seqs().length < 8) {
      socket.read(2);
      session.drained();
      await turn();
    }
    socket.read(9);
    session.drained();
    await done;
    expect(seqs()).to.deep.equal(upTo(8));
  });

  it('closes a client that takes nothing for as long as that is allowed', async () => {
    const { socket, session, pass, run } = setting(8);
    socket.room = 2;
    const done = run({ seq: 0 });
    await turn();
    pass(29);
    expect(socket.closes).to.equal(0);
    pass(1);
    expect(await done).to.equal('left');
    expect(session.closeReason(1006)).to.equal('stalled');
    pass(100);
    expect(socket.closes).to.equal(1);
  });

  it('does not close one that takes a frame now and then, and shows it everything', async () => {
    const { socket, session, pass, run, seqs, received } = setting(12);
    socket.room = 2;
    const done = run({ seq: 0 });
    while (!received().includes('ready 12')) {
      await turn();
      pass(29);
      socket.read(1);
      session.drained();
      await turn();
    }
    await done;
    pass(100);
    expect(seqs()).to.deep.equal(upTo(12));
    expect(socket.closes).to.equal(0);
  });

  it('does not count the time that the log takes', async () => {
    const { log, socket, pass, run, received } = setting(8);
    const gates = createGates();
    log.gate = gates.gate;
    const done = run({ seq: 0 });
    pass(100);
    log.gate = async () => {};
    gates.open();
    await done;
    expect(received().at(-1)).to.equal('ready 8');
    expect(socket.closes).to.equal(0);
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
  const receipts = (received: string[]) => received.filter((one) => one.startsWith('receipt'));

  it('tells no receipts from before to a client that does not ask, but who acknowledged each', async () => {
    const { log, feed, socket, run, received } = setting(5);
    for (const seq of [1, 5]) log.acknowledge(seq, 'till-9');
    await feed.refresh();
    await run({ seq: 0 });
    expect(receipts(received())).to.deep.equal([]);
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
      const { log, feed, run, received } = setting(9, { tailLength });
      for (const seq of upTo(9))
        feed.offerReceipts(
          'first',
          [log.acknowledge(seq)].flatMap((one) => one ?? []),
        );
      await run({ receipts: 2 });
      expect(received()).to.deep.equal([
        ...upTo(9)
          .slice(2)
          .map((n) => `receipt ${n}`),
        'ready 9',
      ]);
    }
  });

  it('advances the feed when the log has receipts that were not announced, and repeats none', async () => {
    const { log, feed, run, received } = setting(3);
    const made = upTo(3).flatMap((seq) => log.acknowledge(seq) ?? []);
    log.append(1);
    await run({ seq: 2, receipts: 0 });
    await feed.refresh();
    feed.offerReceipts('first', made);
    expect(receipts(received())).to.deep.equal(['receipt 1', 'receipt 2', 'receipt 3']);
  });

  it('takes a number above the last receipt for the last', async () => {
    const { log, feed, run, received } = setting(3);
    feed.offerReceipts(
      'first',
      [log.acknowledge(1)].flatMap((one) => one ?? []),
    );
    await run({ receipts: 77 });
    feed.offerReceipts(
      'first',
      [log.acknowledge(2)].flatMap((one) => one ?? []),
    );
    expect(received()).to.deep.equal(['ready 3', 'receipt 2']);
  });
});
