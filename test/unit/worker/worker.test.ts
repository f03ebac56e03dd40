import { expect } from 'chai';
import pg from 'pg';
import { byName } from '../../../src/domain/event-kinds.ts';
import type { Appended, LoggedBatch } from '../../../src/domain/log.ts';
import type { Notification } from '../../../src/domain/notification.ts';
import type { Refusal } from '../../../src/domain/order-event.ts';
import { observeWorker } from '../../../src/metrics/observers.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import type { Delivery } from '../../../src/worker/delivery.ts';
import type { WorkerObserver } from '../../../src/worker/observer.ts';
import { createWorker, type WorkerOptions } from '../../../src/worker/worker.ts';
import { eventually } from '../../support/eventually.ts';

/** Everything around the worker is a fake here: the log, the announcements, the dead letters and the channel. */

interface FakeDelivery extends Delivery {
  name: string;
  live: boolean;
}

let lastOrderId = 0;

/** A good payment by default; `body` makes it another message. */
function deliveryOf(
  name: string,
  { shopId = 'shop', body }: { shopId?: string; body?: string } = {},
): FakeDelivery {
  const content = body ?? JSON.stringify({ eventId: name, shopId, orderId: ++lastOrderId, orderNumber: 'N' });
  const delivery = {
    name,
    live: true,
    raw: { routingKey: 'order.paid', body: Buffer.from(content) },
    sentAt: undefined,
    receivedAt: performance.now(),
    isLive: () => delivery.live,
  };
  return delivery;
}

function sqlError(state: string): pg.DatabaseError {
  const error = new pg.DatabaseError(`made up ${state}`, 0, 'error');
  error.code = state;
  return error;
}

/** A log in memory that numbers like the real one; `fail` is asked before each append. */
function createFakeLog() {
  const heads = new Map<string, number>();
  const log = {
    appends: [] as string[][],
    fail: (_: readonly Notification[]): unknown => undefined,
    async append(batch: readonly Notification[]): Promise<Appended[]> {
      log.appends.push(batch.map(({ eventId }) => eventId));
      const failure = log.fail(batch);
      if (failure !== undefined) throw failure;
      return batch.map((notification) => {
        const seq = (heads.get(notification.shopId) ?? 0) + 1;
        heads.set(notification.shopId, seq);
        return { outcome: 'appended', epoch: 'e', logged: { ...notification, seq } };
      });
    },
  };
  return log;
}

/** A promise that the test settles when it likes. */
function createGate<T>() {
  let open = (_: T) => {};
  let fail = (_: Error) => {};
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

function setUp(overrides: Partial<WorkerOptions<FakeDelivery>> = {}) {
  const log = createFakeLog();
  const happened: string[] = [];
  const announced: LoggedBatch[] = [];
  const settled: string[] = [];
  const refused: { name: string; refusal: Refusal }[] = [];
  const worker = createWorker<FakeDelivery>({
    templates: { ...byName(() => ''), paid: '{orderNumber}', reminded: '{orderId}' },
    append: (batch) => log.append(batch),
    announce(batches) {
      if (batches.length > 0) happened.push('announce');
      announced.push(...batches);
    },
    resolve: async () => [],
    announceReceipts: () => happened.push('announce receipts'),
    async deadLetter({ name }, refusal) {
      refused.push({ name, refusal });
    },
    settle(deliveries) {
      if (deliveries.length > 0) happened.push('settle');
      settled.push(...deliveries.map(({ name }) => name));
    },
    async requeueAll() {
      happened.push('give back');
    },
    async resume() {
      happened.push('resume');
    },
    maxBatch: 500,
    holdMs: 60_000,
    observe: observeWorker(createRegistry()),
    logger: createLogger('silent'),
    ...overrides,
  });
  const take = (...deliveries: FakeDelivery[]) => {
    for (const delivery of deliveries) worker.take(delivery);
  };
  return { worker, log, happened, announced, settled, refused, take };
}

describe('the worker', () => {
  it('appends, announces and settles a delivery', async () => {
    const { worker, log, announced, settled, take } = setUp();
    take(deliveryOf('a'));
    await worker.finish();
    expect(log.appends).to.deep.equal([['a']]);
    expect(announced.map(({ shopId, epoch }) => ({ shopId, epoch }))).to.deep.equal([
      { shopId: 'shop', epoch: 'e' },
    ]);
    expect(settled).to.deep.equal(['a']);
  });

  it('appends together what arrives in one turn', async () => {
    const { worker, log, take } = setUp();
    take(deliveryOf('a'), deliveryOf('b'), deliveryOf('c'));
    await worker.finish();
    expect(log.appends).to.deep.equal([['a', 'b', 'c']]);
  });

  it('collects what arrives while an append is under way, and appends it all at once', async () => {
    const gate = createGate<void>();
    const log = createFakeLog();
    const append = async (batch: readonly Notification[]) => {
      const answer = await log.append(batch);
      if (log.appends.length === 1) await gate.promise;
      return answer;
    };
    const { worker, take } = setUp({ append });
    take(deliveryOf('a'));
    await eventually(() => expect(log.appends).to.have.length(1));
    take(deliveryOf('b'));
    await new Promise((resolve) => setImmediate(resolve));
    take(deliveryOf('c'), deliveryOf('d'));
    expect(log.appends).to.have.length(1);
    gate.open();
    await worker.finish();
    expect(log.appends).to.deep.equal([['a'], ['b', 'c', 'd']]);
  });

  it('announces and then settles in the turn in which the append answers', async () => {
    const gate = createGate<Appended[]>();
    const { worker, happened, take } = setUp({ append: () => gate.promise });
    const delivery = deliveryOf('a');
    take(delivery);
    await new Promise((resolve) => setImmediate(resolve));
    const logged = {
      shopId: 'shop',
      seq: 1,
      eventId: 'a',
      type: 1,
      orderId: 1,
      content: '',
      occurredAt: '',
    } as const;
    setImmediate(() => {
      gate.open([{ outcome: 'appended', epoch: 'e', logged }]);
      process.nextTick(() => happened.push('answered'));
      setImmediate(() => happened.push('the next turn'));
    });
    await eventually(() => expect(happened).to.include('the next turn'));
    expect(happened).to.deep.equal(['answered', 'announce', 'settle', 'the next turn']);
    await worker.finish();
  });

  it('appends no more at once than it may, in the order in which they came', async () => {
    const { worker, log, settled, take } = setUp({ maxBatch: 2 });
    take(...['a', 'b', 'c', 'd', 'e'].map((name) => deliveryOf(name)));
    await worker.finish();
    expect(log.appends).to.deep.equal([['a', 'b'], ['c', 'd'], ['e']]);
    expect(settled).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  it('sends the next append before it announces what the last one logged', async () => {
    const { worker, log, happened, take } = setUp({
      maxBatch: 1,
      async append(batch) {
        happened.push(`append ${batch[0]?.eventId}`);
        return log.append(batch);
      },
    });
    take(deliveryOf('a'), deliveryOf('b'));
    await worker.finish();
    expect(happened).to.deep.equal(['append a', 'append b', 'announce', 'settle', 'announce', 'settle']);
  });

  it('announces a large batch in several turns, whole and in order, and settles it after the last', async () => {
    const turns: string[] = [];
    const { worker, happened, announced, settled, take } = setUp({
      maxBatch: 1_000,
      announce(batches) {
        const count = batches.reduce((sum, { notifications }) => sum + notifications.length, 0);
        turns.push(`${count} of ${batches.map(({ shopId }) => shopId).join(' and ')}`);
        happened.push('announce');
        announced.push(...batches);
        setImmediate(() => happened.push('the next turn'));
      },
    });
    take(...Array.from({ length: 300 }, (_, index) => deliveryOf(`a${index}`, { shopId: 'one' })));
    take(...Array.from({ length: 300 }, (_, index) => deliveryOf(`b${index}`, { shopId: 'two' })));
    await worker.finish();
    expect(turns).to.deep.equal(['250 of one', '250 of one and two', '100 of two']);
    expect(happened.filter((what) => what !== 'the next turn')).to.deep.equal([
      'announce',
      'announce',
      'announce',
      'settle',
    ]);
    expect(happened.slice(0, 3)).to.deep.equal(['announce', 'the next turn', 'announce']);
    expect(settled).to.have.length(600);
    for (const shop of ['one', 'two']) {
      const seqs = announced
        .filter(({ shopId }) => shopId === shop)
        .flatMap(({ notifications }) => notifications.map(({ seq }) => seq));
      expect(seqs, shop).to.deep.equal(Array.from({ length: 300 }, (_, index) => index + 1));
    }
  });

  it('goes on with what arrives while it announces in several turns', async () => {
    let turns = 0;
    const { worker, settled, take } = setUp({
      announce() {
        if (++turns === 1) setImmediate(() => take(deliveryOf('late')));
      },
    });
    take(...Array.from({ length: 300 }, (_, index) => deliveryOf(`${index}`)));
    await eventually(() => expect(settled).to.have.length(301));
    expect(settled.at(-1)).to.equal('late');
    await worker.finish();
  });

  it('announces each shop once a batch, in the order of seq', async () => {
    const seqs = [3, 1, 2];
    const append = async (batch: readonly Notification[]): Promise<Appended[]> =>
      batch.map((n, index) => ({
        outcome: 'appended',
        epoch: 'e',
        logged: { ...n, seq: seqs[index % 3] ?? 0 },
      }));
    const { worker, announced, take } = setUp({ append });
    const one = ['a', 'b', 'c'].map((name) => deliveryOf(name, { shopId: 'one' }));
    const two = ['d', 'e', 'f'].map((name) => deliveryOf(name, { shopId: 'two' }));
    take(...one, ...two);
    await worker.finish();
    const received = announced.map(({ shopId, notifications }) => [
      shopId,
      notifications.map(({ seq }) => seq),
    ]);
    expect(received).to.deep.equal([
      ['one', [1, 2, 3]],
      ['two', [1, 2, 3]],
    ]);
  });

  it('announces a duplicate once more at the place that it has, and settles it', async () => {
    const append = async (batch: readonly Notification[]): Promise<Appended[]> =>
      batch.map((n) => ({ outcome: 'duplicate', epoch: 'e', logged: { ...n, seq: 17 } }));
    const { worker, announced, settled, take } = setUp({ append });
    take(deliveryOf('a'));
    await worker.finish();
    expect(announced[0]?.notifications[0]?.seq).to.equal(17);
    expect(settled).to.deep.equal(['a']);
  });

  describe('when an append fails', () => {
    const outages: [string, unknown][] = [
      ['a serialisation failure', sqlError('40001')],
      ['a deadlock', sqlError('40P01')],
      ['a unique violation', sqlError('23505')],
      ['a shutdown of Postgres', sqlError('57P01')],
      ['a lost connection', new Error('Connection terminated unexpectedly')],
      ['an unexpected error', new TypeError('not foreseen')],
    ];
    for (const [what, failure] of outages) {
      it(`tries the same batch again after ${what} and drops nothing`, async () => {
        const { worker, log, settled, refused, happened, take } = setUp();
        log.fail = () => (log.appends.length <= 2 ? failure : undefined);
        take(deliveryOf('a'), deliveryOf('b'));
        await worker.finish();
        expect(log.appends).to.deep.equal([
          ['a', 'b'],
          ['a', 'b'],
          ['a', 'b'],
        ]);
        expect({ settled, refused }).to.deep.equal({ settled: ['a', 'b'], refused: [] });
        expect(happened).to.deep.equal(['announce', 'settle']);
      });
    }

    it('settles and announces nothing before an append has gone through', async () => {
      const { worker, log, happened, take } = setUp();
      let away = true;
      log.fail = () => (away ? sqlError('57P03') : undefined);
      take(deliveryOf('a'));
      await eventually(() => expect(log.appends.length).to.be.at.least(2));
      expect(happened).to.deep.equal([]);
      away = false;
      await worker.finish();
      expect(happened).to.deep.equal(['announce', 'settle']);
    });

    it('logs the others of a batch when one row cannot be stored, and dead-letters that one', async () => {
      for (const state of ['22008', '23514']) {
        const { worker, log, settled, refused, take } = setUp();
        log.fail = (batch) => (batch.some(({ eventId }) => eventId === 'bad') ? sqlError(state) : undefined);
        take(deliveryOf('a'), deliveryOf('bad'), deliveryOf('b'));
        await worker.finish();
        expect(settled.toSorted()).to.deep.equal(['a', 'b', 'bad']);
        expect(refused).to.deep.equal([
          { name: 'bad', refusal: { reason: 'unstorable', detail: `made up ${state}` } },
        ]);
      }
    });

    it('appends no delivery again that is no longer live', async () => {
      const { worker, log, settled, take } = setUp();
      const lost = deliveryOf('lost');
      log.fail = () => {
        lost.live = false;
        return log.appends.length === 1 ? sqlError('40001') : undefined;
      };
      take(lost, deliveryOf('a'));
      await worker.finish();
      expect(log.appends).to.deep.equal([['lost', 'a'], ['a']]);
      expect(settled).to.deep.equal(['a']);
    });
  });

  it('appends nothing of a batch that is no longer live', async () => {
    const { worker, log, take } = setUp();
    const lost = deliveryOf('lost');
    lost.live = false;
    take(lost);
    await worker.finish();
    expect(log.appends).to.deep.equal([]);
  });

  describe('when a message is refused', () => {
    it('dead-letters it with its reason, and logs the good ones around it', async () => {
      const { worker, log, settled, refused, take } = setUp();
      take(deliveryOf('a'), deliveryOf('bad', { body: '{' }), deliveryOf('b'));
      await worker.finish();
      expect(log.appends).to.deep.equal([['a', 'b']]);
      expect(refused).to.deep.equal([{ name: 'bad', refusal: { reason: 'not-json', detail: 'not JSON' } }]);
      expect(settled.toSorted()).to.deep.equal(['a', 'b', 'bad']);
    });

    it('dead-letters a conflict of event ids, and logs the others of the batch', async () => {
      const log = createFakeLog();
      const append = async (batch: readonly Notification[]): Promise<Appended[]> =>
        (await log.append(batch)).map((appended, index) =>
          batch[index]?.eventId === 'taken' ? { outcome: 'conflict', detail: 'id of another' } : appended,
        );
      const { worker, settled, announced, refused, take } = setUp({ append });
      take(deliveryOf('taken'), deliveryOf('a'));
      await worker.finish();
      expect(refused).to.deep.equal([
        { name: 'taken', refusal: { reason: 'event-id-conflict', detail: 'id of another' } },
      ]);
      expect(settled.toSorted()).to.deep.equal(['a', 'taken']);
      expect(
        announced.flatMap(({ notifications }) => notifications.map(({ eventId }) => eventId)),
      ).to.deep.equal(['a']);
    });

    it('settles it only once its dead letter is confirmed, and holds back no other for it', async () => {
      const confirm = createGate<void>();
      const { worker, settled, take } = setUp({ deadLetter: () => confirm.promise });
      take(deliveryOf('bad', { body: '{' }), deliveryOf('a'));
      await eventually(() => expect(settled).to.deep.equal(['a']));
      take(deliveryOf('b'));
      await eventually(() => expect(settled).to.deep.equal(['a', 'b']));
      confirm.open();
      await worker.finish();
      expect(settled).to.deep.equal(['a', 'b', 'bad']);
    });

    it('tries again until its dead letter is confirmed', async () => {
      let attempts = 0;
      const deadLetter = async () => {
        if (++attempts < 3) throw new Error('no link');
      };
      const { worker, settled, take } = setUp({ deadLetter });
      take(deliveryOf('bad', { body: '{' }));
      await worker.finish();
      expect({ attempts, settled }).to.deep.equal({ attempts: 3, settled: ['bad'] });
    });

    it('stops trying when it is no longer live', async () => {
      let attempts = 0;
      const bad = deliveryOf('bad', { body: '{' });
      const deadLetter = async () => {
        attempts++;
        bad.live = false;
        throw new Error('no link');
      };
      const { worker, settled, take } = setUp({ deadLetter });
      take(bad);
      await worker.finish();
      expect({ attempts, settled }).to.deep.equal({ attempts: 1, settled: [] });
    });
  });

  describe('when the log is away for longer than it may hold deliveries', () => {
    it('gives them back, and takes more once an append goes through', async () => {
      const { worker, log, happened, settled, take } = setUp({ holdMs: 0 });
      let away = true;
      log.fail = () => (away ? sqlError('57P03') : undefined);
      const held = deliveryOf('held');
      take(held);
      await eventually(() => expect(happened).to.deep.equal(['give back']));
      held.live = false;
      away = false;
      await worker.finish();
      expect(happened).to.deep.equal(['give back', 'resume']);
      take(deliveryOf('again'));
      await worker.finish();
      expect(settled).to.deep.equal(['again']);
    });

    it('asks the log with an empty batch meanwhile', async () => {
      const { worker, log, happened, take } = setUp({ holdMs: 0 });
      log.fail = () => (log.appends.length <= 3 ? sqlError('57P03') : undefined);
      const held = deliveryOf('held');
      take(held);
      await worker.finish();
      expect(log.appends).to.deep.equal([['held'], [], [], []]);
      expect(happened).to.deep.equal(['give back', 'resume']);
    });

    it('resumes also when giving back fails, since then the channel is gone', async () => {
      const requeueAll = () => Promise.reject(new Error('the channel is closed'));
      const { worker, log, happened, take } = setUp({ holdMs: 0, requeueAll });
      log.fail = () => (log.appends.length === 1 ? sqlError('57P03') : undefined);
      take(deliveryOf('held'));
      await worker.finish();
      expect(happened).to.deep.equal(['resume']);
    });

    it('tries to resume again when that fails', async () => {
      let attempts = 0;
      const resume = async () => {
        if (++attempts < 3) throw new Error('no link');
      };
      const { worker, log, take } = setUp({ holdMs: 0, resume });
      log.fail = () => (log.appends.length === 1 ? sqlError('57P03') : undefined);
      take(deliveryOf('held'));
      await worker.finish();
      expect(attempts).to.equal(3);
    });

    it('keeps them while the time is not over', async () => {
      const { worker, log, happened, take } = setUp({ holdMs: 60_000 });
      log.fail = () => (log.appends.length <= 3 ? sqlError('57P03') : undefined);
      take(deliveryOf('held'));
      await worker.finish();
      expect(happened).to.deep.equal(['announce', 'settle']);
    });
  });

  describe('when it is to finish', () => {
    it('waits for the append under way and for what was collected behind it', async () => {
      const gate = createGate<void>();
      const log = createFakeLog();
      const append = async (batch: readonly Notification[]) => {
        await gate.promise;
        return log.append(batch);
      };
      const { worker, settled, take } = setUp({ append });
      take(deliveryOf('a'));
      await new Promise((resolve) => setImmediate(resolve));
      take(deliveryOf('b'));
      let finished = false;
      const finishing = worker.finish().then(() => {
        finished = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(finished).to.equal(false);
      gate.open();
      await finishing;
      expect(settled).to.deep.equal(['a', 'b']);
    });

    it('waits for dead letters that are not confirmed yet', async () => {
      const confirm = createGate<void>();
      const { worker, settled, take } = setUp({ deadLetter: () => confirm.promise });
      take(deliveryOf('bad', { body: '{' }));
      let finished = false;
      const finishing = worker.finish().then(() => {
        finished = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(finished).to.equal(false);
      confirm.open();
      await finishing;
      expect(settled).to.deep.equal(['bad']);
    });

    it('has nothing to wait for when nothing was taken', async () => {
      await setUp().worker.finish();
    });
  });

  it('ends all retrying when it is abandoned, and settles nothing', async () => {
    const { worker, log, settled, take } = setUp({ deadLetter: () => Promise.reject(new Error('no link')) });
    log.fail = () => sqlError('57P03');
    take(deliveryOf('a'), deliveryOf('bad', { body: '{' }));
    await eventually(() => expect(log.appends.length).to.be.at.least(1));
    worker.abandon();
    await worker.finish();
    expect(settled).to.deep.equal([]);
  });

  it('ends waiting for the log when it is abandoned after it gave back', async () => {
    const { worker, log, happened, take } = setUp({ holdMs: 0 });
    log.fail = () => sqlError('57P03');
    take(deliveryOf('a'));
    await eventually(() => expect(happened).to.deep.equal(['give back']));
    worker.abandon();
    await worker.finish();
    expect(happened).to.deep.equal(['give back']);
  });

  describe('tells whoever counts', () => {
    function listen() {
      const received: unknown[][] = [];
      const observe: WorkerObserver = {
        delivered: (waited) => received.push(['delivered', Math.round(waited)]),
        appended: (events) => received.push(['appended', events]),
        appendFailed: (verdict) => received.push(['append failed', verdict]),
        announced: () => received.push(['announced']),
        logged: (key, outcome, seconds) => received.push(['logged', key, outcome, seconds < 60]),
        resolved: (key, seconds) => received.push(['resolved', key, seconds < 60]),
        refused: (key, reason) => received.push(['refused', key, reason]),
      };
      return { received, observe };
    }

    it('of each batch and each event in it, after the sockets have it', async () => {
      const { received, observe } = listen();
      const { worker, take } = setUp({ observe });
      take(deliveryOf('a'), deliveryOf('b'));
      await worker.finish();
      expect(received).to.deep.equal([
        ['appended', 2],
        ['announced'],
        ['logged', 'order.paid', 'appended', true],
        ['logged', 'order.paid', 'appended', true],
      ]);
    });

    it('of how long a delivery waited, where its publisher said when it was sent', async () => {
      const { received, observe } = listen();
      const { worker, take } = setUp({ observe });
      take({ ...deliveryOf('a'), sentAt: Date.now() - 3_000 }, deliveryOf('b'));
      await worker.finish();
      expect(received.filter(([kind]) => kind === 'delivered')).to.deep.equal([['delivered', 3]]);
    });

    it('of an append that failed, and of the one that went through', async () => {
      const { received, observe } = listen();
      const { worker, log, take } = setUp({ observe });
      log.fail = () => (log.appends.length === 1 ? sqlError('40001') : undefined);
      take(deliveryOf('a'));
      await worker.finish();
      expect(received.slice(0, 2)).to.deep.equal([
        ['append failed', 'retry'],
        ['appended', 1],
      ]);
    });

    it('of what was refused, once its dead letter is confirmed', async () => {
      const { received, observe } = listen();
      let attempts = 0;
      const deadLetter = async () => {
        if (++attempts === 1) throw new Error('not confirmed');
      };
      const { worker, take } = setUp({ observe, deadLetter });
      take(deliveryOf('bad', { body: '{' }));
      await worker.finish();
      expect(received).to.deep.equal([['refused', 'order.paid', 'not-json']]);
      expect(attempts).to.equal(2);
    });
  });
});
