import { expect } from 'chai';
import pg from 'pg';
import { byName } from '../../../src/domain/event-kinds.ts';
import type { ReceiptBatch } from '../../../src/domain/log.ts';
import type { LoggedReceipt } from '../../../src/domain/notification.ts';
import type { Resolution } from '../../../src/domain/resolution.ts';
import { observeWorker } from '../../../src/metrics/observers.ts';
import { createRegistry } from '../../../src/metrics/registry.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import type { Delivery } from '../../../src/worker/delivery.ts';
import { createWorker, type WorkerOptions } from '../../../src/worker/worker.ts';
import { eventually } from '../../support/eventually.ts';

interface FakeDelivery extends Delivery {
  name: string;
  live: boolean;
}

function deliveryOf(name: string, key = 'order.accepted'): FakeDelivery {
  const body = { eventId: name, shopId: name.split('-')[0], orderId: 1, orderNumber: 'N' };
  const delivery = {
    name,
    live: true,
    raw: { routingKey: key, body: Buffer.from(JSON.stringify(body)) },
    sentAt: undefined,
    receivedAt: performance.now(),
    isLive: () => delivery.live,
  };
  return delivery;
}

function sqlError(state: string, constraint?: string): pg.DatabaseError {
  const error = new pg.DatabaseError(`made up ${state}`, 0, 'error');
  error.code = state;
  error.constraint = constraint;
  return error;
}

const receipt = (shopId: string, n = 1): LoggedReceipt => ({
  ...{ shopId, n, seq: n, sid: null, reason: 'accepted', at: '2025-03-06T17:15:00.000Z' },
});

function setUp(overrides: Partial<WorkerOptions<FakeDelivery>> = {}) {
  const happened: string[] = [];
  const resolved: string[][] = [];
  const fakeLog = { fail: (_: readonly Resolution[]): unknown => undefined };
  const worker = createWorker<FakeDelivery>({
    templates: { ...byName(() => ''), paid: '{orderNumber}', reminded: '{orderId}' },
    append: async (batch) =>
      batch.map(({ type: _, ...rest }) => ({
        outcome: 'appended',
        epoch: 'e',
        logged: { ...rest, type: 1, seq: 1 },
      })),
    async resolve(batch): Promise<ReceiptBatch[]> {
      resolved.push(batch.map(({ eventId }) => eventId));
      const failure = fakeLog.fail(batch);
      if (failure !== undefined) throw failure;
      return batch.map(({ shopId }) => ({ shopId, epoch: 'e', receipts: [receipt(shopId)] }));
    },
    announce: () => happened.push('announce'),
    announceReceipts: (batches) => happened.push(`receipts of ${batches.map(({ shopId }) => shopId)}`),
    async deadLetter({ name }, { reason }) {
      happened.push(`dead letter ${name}: ${reason}`);
    },
    settle: (deliveries) => happened.push(`settle ${deliveries.map(({ name }) => name)}`),
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
  return { worker, fakeLog, happened, resolved, take };
}

describe("upstream's word in the worker", () => {
  it('is resolved, its receipts are announced, and then it is settled', async () => {
    const { worker, happened, resolved, take } = setUp();
    take(deliveryOf('a'), deliveryOf('b', 'order.cancelled'));
    await worker.finish();
    expect(resolved).to.deep.equal([['a', 'b']]);
    expect(happened).to.deep.equal(['receipts of a,b', 'settle a,b']);
  });

  it('is resolved no more at once than it may be, and what comes meanwhile after it', async () => {
    const { worker, resolved, take } = setUp({ maxBatch: 2 });
    take(deliveryOf('a'), deliveryOf('b'), deliveryOf('c'));
    await Promise.resolve();
    take(deliveryOf('d'));
    await worker.finish();
    expect(resolved).to.deep.equal([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('holds back no event, and is held back by none', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { worker, happened, take } = setUp({
      resolve: async () => {
        await held;
        return [];
      },
    });
    take(deliveryOf('a'), deliveryOf('paid', 'order.paid'));
    await eventually(() => expect(happened).to.deep.equal(['announce', 'settle paid']));
    release();
    await worker.finish();
    expect(happened.slice(2)).to.deep.equal(['settle a']);
  });

  it('is tried again after what may pass, and nothing is settled before', async () => {
    for (const error of [sqlError('40001'), sqlError('40P01'), sqlError('57P01'), new Error('unexpected')]) {
      const { worker, fakeLog, happened, resolved, take } = setUp();
      let failures = 2;
      fakeLog.fail = () => {
        expect(happened).to.deep.equal([]);
        return failures-- > 0 ? error : undefined;
      };
      take(deliveryOf('a'));
      await worker.finish();
      expect(resolved).to.have.length(3);
      expect(happened).to.deep.equal(['receipts of a', 'settle a']);
    }
  });

  it('becomes a dead letter where it is at fault, or its log is damaged, and the others are resolved', async () => {
    for (const [error, reason] of [
      [sqlError('22008'), 'unstorable'],
      [sqlError('23505', 'receipts_pkey'), 'log-damaged'],
    ] as const) {
      const { worker, fakeLog, happened, take } = setUp();
      fakeLog.fail = (batch) => (batch.some(({ eventId }) => eventId === 'bad') ? error : undefined);
      take(deliveryOf('a'), deliveryOf('bad'), deliveryOf('c'));
      await worker.finish();
      expect(happened).to.have.members([
        ...['receipts of a', 'settle a', 'receipts of c', 'settle c'],
        ...[`dead letter bad: ${reason}`, 'settle bad'],
      ]);
    }
  });

  it('is not resolved where it is no longer live', async () => {
    const { worker, happened, resolved, take } = setUp();
    const gone = deliveryOf('gone');
    take(gone, deliveryOf('b'));
    gone.live = false;
    await worker.finish();
    expect(resolved).to.deep.equal([['b']]);
    expect(happened).to.deep.equal(['receipts of b', 'settle b']);
  });

  it('is given back with all else, once, where the log stays away', async () => {
    const { worker, fakeLog, happened, take } = setUp({ holdMs: 50 });
    let isAway = true;
    fakeLog.fail = () => (isAway ? sqlError('57P03') : undefined);
    const first = [deliveryOf('a'), deliveryOf('b')];
    take(...first);
    await eventually(() => expect(happened).to.deep.equal(['give back', 'resume']));
    for (const delivery of first) delivery.live = false;
    isAway = false;
    take(deliveryOf('a'), deliveryOf('b'));
    await worker.finish();
    expect(happened.slice(2)).to.deep.equal(['receipts of a,b', 'settle a,b']);
  });

  it('is refused where it cannot be read', async () => {
    const { worker, happened, resolved, take } = setUp();
    take({ ...deliveryOf('x'), raw: { routingKey: 'order.accepted', body: Buffer.from('{"orderId":0}') } });
    await worker.finish();
    expect(resolved).to.deep.equal([]);
    expect(happened).to.deep.equal(['dead letter x: invalid', 'settle x']);
  });
});
