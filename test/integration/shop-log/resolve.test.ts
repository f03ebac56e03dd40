import { expect } from 'chai';
import type { Notification } from '../../../src/domain/notification.ts';
import type { Resolution } from '../../../src/domain/resolution.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { readReceipts } from '../../../src/shop-log/read-log.ts';
import { forgetEarlyResolutions, resolveNotifications } from '../../../src/shop-log/resolve.ts';
import { acknowledgeOne } from '../../support/acknowledge.ts';
import { atOnce } from '../../support/at-once.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const NOON = '2025-03-06T12:00:00.000Z';
const LATER = '2025-03-06T12:05:00.000Z';

let lastId = 0;

function paid(orderId: number | string, fields: Partial<Notification> = {}): Notification {
  const eventId = `event-${++lastId}`;
  return { shopId: 'shop', eventId, type: 1, orderId, content: 'x', occurredAt: NOON, ...fields };
}

const reminded = (orderId: number | string, fields: Partial<Notification> = {}) =>
  paid(orderId, { type: 2, ...fields });

function accepted(orderId: number | string, fields: Partial<Resolution> = {}): Resolution {
  const eventId = `event-${++lastId}`;
  return { shopId: 'shop', eventId, orderId, reason: 'accepted', occurredAt: NOON, ...fields };
}

describe('resolving what upstream has dealt with', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(async () => {
    await database.pool.query(
      'TRUNCATE shops, notifications, receipts, early_resolutions, bell_outbox, escalations',
    );
  });

  after(() => database.drop());

  const append = (...batch: Notification[]) => appendNotifications(database.pool, batch);
  const resolve = (...batch: Resolution[]) => resolveNotifications(database.pool, batch);
  const receiptsOf = async (shopId = 'shop') =>
    (await readReceipts(database.pool, shopId, 0, 1000)).map(({ n, seq, reason }) => [n, seq, reason]);
  const count = async (table: string) =>
    (await database.pool.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;

  it('gives the open notifications of the order a receipt without a session, and no others one', async () => {
    await append(paid(1), paid(2), reminded(1), paid(1, { shopId: 'other' }));
    const [batch, ...others] = await resolve(accepted(1));
    expect(others).to.deep.equal([]);
    expect(batch?.receipts.map(({ at: _, ...receipt }) => receipt)).to.deep.equal([
      { shopId: 'shop', n: 1, seq: 1, sid: null, reason: 'accepted' },
      { shopId: 'shop', n: 2, seq: 3, sid: null, reason: 'accepted' },
    ]);
    expect(await receiptsOf()).to.deep.equal([
      [1, 1, 'accepted'],
      [2, 3, 'accepted'],
    ]);
    expect(await receiptsOf('other')).to.deep.equal([]);
    expect(await count('early_resolutions')).to.equal(0);
  });

  it('changes nothing when it comes again, and goes on after it in other orders', async () => {
    await append(paid(1), paid(2));
    const first = accepted(1);
    await resolve(first);
    expect(await resolve(first)).to.deep.equal([]);
    await resolve(accepted(2, { reason: 'cancelled' }), first);
    expect(await receiptsOf()).to.deep.equal([
      [1, 1, 'accepted'],
      [2, 2, 'cancelled'],
    ]);
  });

  it('resolves orders of many shops in one call, each shop numbered by itself', async () => {
    const shops = Array.from({ length: 20 }, (_, index) => `shop-${index}`);
    await append(...shops.map((shopId) => paid(7, { shopId })));
    const batches = await resolve(...shops.toReversed().map((shopId) => accepted(7, { shopId })));
    expect(batches.map(({ shopId }) => shopId).toSorted()).to.deep.equal(shops.toSorted());
    for (const { receipts, epoch } of batches) {
      expect(receipts.map(({ n, seq }) => [n, seq])).to.deep.equal([[1, 1]]);
      expect(epoch).to.include('.');
    }
  });

  it('keeps every digit of an order id above 2^53', async () => {
    await append(paid('9007199254740993'), paid('9007199254740992'));
    await resolve(accepted('9007199254740993'));
    expect(await receiptsOf()).to.deep.equal([[1, 1, 'accepted']]);
  });

  it('names the reason that came first where one batch has both', async () => {
    await append(paid(1));
    await resolve(accepted(1, { reason: 'cancelled' }), accepted(1));
    expect(await receiptsOf()).to.deep.equal([[1, 1, 'cancelled']]);
  });

  it('leaves a reminder open that is later than the acceptance', async () => {
    await append(paid(1), reminded(1, { occurredAt: LATER }), reminded(1));
    await resolve(accepted(1));
    expect(await receiptsOf()).to.deep.equal([
      [1, 1, 'accepted'],
      [2, 3, 'accepted'],
    ]);
  });

  it('leaves the receipt of a till as it is, and resolves what that till has not acknowledged', async () => {
    await append(paid(1), reminded(1));
    await acknowledgeOne(database.pool, 'shop', 1, 'till-1');
    await resolve(accepted(1));
    expect(await receiptsOf()).to.deep.equal([
      [1, 1, 'acknowledged'],
      [2, 2, 'accepted'],
    ]);
    expect(await acknowledgeOne(database.pool, 'shop', 2, 'till-1')).to.deep.equal({ outcome: 'later' });
  });

  it('resolves an order.paid that comes after it, whose outcome has the receipt', async () => {
    expect(await resolve(accepted(1, { reason: 'cancelled' }))).to.deep.equal([]);
    const [other, appended] = await append(paid(2), paid(1, { occurredAt: LATER }));
    expect(other).not.to.have.property('receipt');
    if (appended?.outcome !== 'appended') throw new Error('it was not appended');
    const { at: _, ...receipt } = appended.receipt ?? { at: '' };
    expect(receipt).to.deep.equal({ shopId: 'shop', n: 1, seq: 2, sid: null, reason: 'cancelled' });
    expect(await receiptsOf()).to.deep.equal([[1, 2, 'cancelled']]);
  });

  it('resolves an order.paid that a process of the version before appends after it', async () => {
    await resolve(accepted(1));
    const { rows } = await database.pool.query(
      `SELECT * FROM append_notifications('{shop}', '{1}', '{1}', '{1}', '{e}', '{1}', '{1}', '{x}', '{2025-03-06}')`,
    );
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({ shop_id: 'shop', seq: '0', event_id: null });
    expect(await receiptsOf()).to.deep.equal([[1, 1, 'accepted']]);
  });

  it('forgets within the hour nothing, and after it all', async () => {
    await resolve(accepted(1), accepted(2));
    expect(await forgetEarlyResolutions(database.pool)).to.equal(0);
    await database.pool.query(
      `UPDATE early_resolutions SET stored_at = now() - interval '61 minutes' WHERE order_id = 1`,
    );
    await append(paid(1), paid(2));
    expect(await receiptsOf()).to.deep.equal([[1, 2, 'accepted']]);
    expect(await forgetEarlyResolutions(database.pool)).to.equal(1);
  });

  it('ends the same in every order of payment, reminder, acceptance and cancellation', async () => {
    const steps = {
      paid: () => append(paid(1)),
      reminded: () => append(reminded(1)),
      accepted: () => resolve(accepted(1, { occurredAt: LATER })),
      cancelled: () => resolve(accepted(1, { reason: 'cancelled', occurredAt: LATER })),
    };
    const orders = permutations(Object.keys(steps) as (keyof typeof steps)[]);
    expect(orders).to.have.length(24);
    for (const order of orders) {
      await database.pool.query('TRUNCATE shops, notifications, receipts, early_resolutions, bell_outbox');
      for (const step of order) await steps[step]();
      const receipts = await receiptsOf();
      expect(receipts.map(([, seq]) => seq).toSorted(), order.join(' ')).to.deep.equal([1, 2]);
      expect(
        receipts.map(([n]) => n),
        order.join(' '),
      ).to.deep.equal([1, 2]);
      expect(await count('bell_outbox'), order.join(' ')).to.equal(2);
    }
  });

  it('tells the exchange bell of each, and of an acknowledgement, in the form that is published', async () => {
    await append(paid(1), paid('9007199254740993', { eventId: 'mine' }), reminded(3));
    await resolve(accepted(1));
    await acknowledgeOne(database.pool, 'shop', 2, 'till-1', { subject: 'anna' });
    await acknowledgeOne(database.pool, 'shop', 3, 'till-2');
    const { rows } = await database.pool.query(
      'SELECT routing_key, event_id, body FROM bell_outbox ORDER BY id',
    );
    const bodies = rows.map(({ body }) => JSON.parse(body));
    expect(rows.map(({ routing_key }) => routing_key)).to.deep.equal([
      'notification.resolved',
      'notification.acknowledged',
      'notification.acknowledged',
    ]);
    expect(rows.map(({ event_id }) => event_id)).to.deep.equal(bodies.map(({ eventId }) => eventId));
    expect(new Set(rows.map(({ event_id }) => event_id)).size).to.equal(3);
    const at = (await readReceipts(database.pool, 'shop', 0, 9)).map((receipt) => receipt.at);
    expect(bodies.map(({ eventId: _, ...body }) => body)).to.deep.equal([
      { shopId: 'shop', occurredAt: at[0], seq: 1, type: 1, orderId: 1, reason: 'accepted' },
      {
        shopId: 'shop',
        occurredAt: at[1],
        seq: 2,
        type: 1,
        orderId: '9007199254740993',
        sid: 'till-1',
        subject: 'anna',
      },
      { shopId: 'shop', occurredAt: at[2], seq: 3, type: 2, orderId: 3, sid: 'till-2' },
    ]);
  });

  it('never loses a resolution that races with the appends of its order', async () => {
    const shops = Array.from({ length: 12 }, (_, index) => `shop-${index}`);
    await append(...shops.map((shopId) => paid(999, { shopId })));
    for (let round = 1; round <= 5; round++) {
      await atOnce(database.pool, 'SELECT FROM shops FOR UPDATE', [], () =>
        shops.flatMap((shopId, index) => {
          const calls: (() => Promise<unknown>)[] = [
            () => append(paid(round, { shopId })),
            () => append(reminded(round, { shopId })),
            () => resolve(accepted(round, { shopId, occurredAt: LATER })),
          ];
          return [0, 1, 2].map((nth) => calls[(nth + index + round) % 3]?.() ?? Promise.resolve());
        }),
      );
    }
    for (const shopId of shops) {
      const receipts = await receiptsOf(shopId);
      expect(receipts.map(([n]) => n)).to.deep.equal(Array.from({ length: 10 }, (_, index) => index + 1));
      expect(receipts.map(([, seq]) => seq).toSorted((a, b) => Number(a) - Number(b))).to.deep.equal(
        Array.from({ length: 10 }, (_, index) => index + 2),
      );
    }
  });

  it('gives exactly one receipt where tills and upstream are at it at once', async () => {
    const orders = Array.from({ length: 10 }, (_, index) => index + 1);
    await append(...orders.map((orderId) => paid(orderId)));
    await atOnce(database.pool, "SELECT FROM shops WHERE id = 'shop' FOR UPDATE", [], () =>
      orders.flatMap((seq): Promise<unknown>[] => [
        acknowledgeOne(database.pool, 'shop', seq, 'till-1'),
        resolve(accepted(seq)),
        acknowledgeOne(database.pool, 'shop', seq, 'till-2'),
      ]),
    );
    const receipts = await receiptsOf();
    expect(receipts.map(([n]) => n)).to.deep.equal(orders);
    expect(receipts.map(([, seq]) => seq).toSorted((a, b) => Number(a) - Number(b))).to.deep.equal(orders);
    expect(await count('bell_outbox')).to.equal(10);
  });

  it('locks several shops in one order, whatever the order of the batch', async () => {
    const shops = Array.from({ length: 30 }, (_, index) => `shop-${index}`);
    await append(...shops.map((shopId) => paid(1, { shopId })));
    const batch = (orderId: number) => shops.map((shopId) => accepted(orderId, { shopId }));
    await Promise.all([
      ...[1, 2, 3].map((orderId) => resolve(...batch(orderId))),
      ...[2, 3, 4].map((orderId) => append(...shops.map((shopId) => paid(orderId, { shopId })).toReversed())),
      ...[1, 2, 3].map((orderId) => resolve(...batch(orderId).toReversed())),
    ]);
    for (const shopId of shops) expect(await receiptsOf(shopId)).to.have.length(3);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}
