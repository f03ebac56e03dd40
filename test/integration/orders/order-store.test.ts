import { expect } from 'chai';
import pg from 'pg';
import type { Order } from '../../../src/domain/order.ts';
import { decodeOrderEvent } from '../../../src/domain/order-event.ts';
import type { OrderStore } from '../../../src/domain/order-store.ts';
import { createOrderStore } from '../../../src/orders/order-store.ts';
import { ownPayment } from '../../../src/payments/own.ts';
import { isUnavailable } from '../../../src/platform/postgres.ts';
import { atOnce } from '../../support/at-once.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('the store of orders', () => {
  let database: TestDatabase;
  let store: OrderStore;
  let recorded: number;
  let incidents: string[];

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(async () => {
    await database.pool.query('TRUNCATE orders, outbox, payment_incidents');
    recorded = 0;
    incidents = [];
    store = storeWith({});
  });

  after(() => database.drop());

  function storeWith(reminders: { cooldownSeconds?: number; statuses?: number[] }): OrderStore {
    return createOrderStore({
      pool: database.pool,
      reminders: { cooldownSeconds: 60, statuses: [2, 3, 4], ...reminders },
      onRecorded: () => recorded++,
      onIncident: ({ kind }) => incidents.push(kind),
    });
  }

  async function create(number = 'N-1', shopId = 'shop'): Promise<Order> {
    const order = await store.create({ number, shopId, amount: 100 });
    if (order === 'number-taken') throw new Error('taken');
    return order;
  }

  async function createPaid(number = 'N-1'): Promise<Order> {
    const { id } = await create(number);
    await store.markPaid(ownPayment({ outTradeNo: number }), '*');
    await database.pool.query('DELETE FROM outbox');
    recorded = 0;
    const order = await store.find(id);
    if (order === undefined) throw new Error('lost');
    return order;
  }

  const setStatus = (id: Order['id'], status: number, payStatus = 1) =>
    database.pool.query('UPDATE orders SET status = $2, pay_status = $3 WHERE id = $1', [
      id,
      status,
      payStatus,
    ]);

  interface OutboxEvent {
    key: string;
    eventId: string;
    body: Record<string, unknown>;
    text: string;
  }

  async function readOutbox(): Promise<OutboxEvent[]> {
    const { rows } = await database.pool.query('SELECT routing_key, event_id, body FROM outbox ORDER BY id');
    return rows.map((row) => ({
      key: row.routing_key,
      eventId: row.event_id,
      body: JSON.parse(row.body),
      text: row.body,
    }));
  }

  /** The names of the statements that a store of its own pool sends meanwhile. */
  async function statementsOf(work: (store: OrderStore) => Promise<unknown>): Promise<string[]> {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const sent: string[] = [];
    pool.on('connect', (client) => {
      const query = client.query.bind(client);
      Reflect.set(client, 'query', (...args: Parameters<typeof query>) => {
        const [statement]: unknown[] = args;
        sent.push(typeof statement === 'string' ? statement : String(Reflect.get(Object(statement), 'name')));
        return query(...args);
      });
    });
    const reminders = { cooldownSeconds: 60, statuses: [2, 3, 4] };
    await work(createOrderStore({ pool, reminders, onRecorded() {}, onIncident() {} }));
    await pool.end();
    return sent;
  }

  const LOCK_ORDER = 'SELECT FROM orders WHERE id = $1 FOR UPDATE';

  describe('creating', () => {
    it('makes an unpaid order with the given number, shop and amount, and records no event', async () => {
      const order = await store.create({ number: 'N-1', shopId: 'shop', amount: 4200 });
      if (order === 'number-taken') throw new Error(order);
      const { id, createdAt, ...rest } = order;
      expect(rest).to.deep.equal({
        number: 'N-1',
        shopId: 'shop',
        amount: 4200,
        status: 1,
        payStatus: 0,
        paidAt: null,
      });
      expect(id).to.be.a('number');
      expect(createdAt).to.equal(new Date(createdAt).toISOString());
      expect(await store.find(id)).to.deep.equal(order);
      expect(await readOutbox()).to.deep.equal([]);
    });

    it('gives a number and the shop `default` to an order without them', async () => {
      const order = await store.create({ amount: 1 });
      expect(order)
        .to.include({ shopId: 'default' })
        .and.to.have.property('number')
        .match(/^\d{23}$/);
    });

    it('answers `number-taken` and makes nothing when an order of the shop has that number', async () => {
      await create('N-1', 'shop');
      expect(await store.create({ number: 'N-1', amount: 1, shopId: 'shop' })).to.equal('number-taken');
      const { rows } = await database.pool.query('SELECT count(*)::int FROM orders');
      expect(rows).to.deep.equal([{ count: 1 }]);
    });
  });

  it('finds nothing for an id that no order has, also for one that no order could have', async () => {
    for (const id of [Number.MAX_SAFE_INTEGER, '9223372036854775807', '99999999999999999999']) {
      expect(await store.find(id), String(id)).to.equal(undefined);
    }
  });

  describe('a payment', () => {
    it('marks the order paid and records one event of it', async () => {
      const { id } = await create();
      const outcome = await store.markPaid(
        ownPayment({ outTradeNo: 'N-1', paidAt: '2025-03-07T01:14:35.5+08:00' }),
        '*',
      );
      expect(outcome).to.deep.include({ outcome: 'paid' });
      expect(await store.find(id)).to.include({
        status: 2,
        payStatus: 1,
        paidAt: '2025-03-06T17:14:35.500Z',
      });
      const [event, ...others] = await readOutbox();
      expect(others).to.deep.equal([]);
      expect(event?.key).to.equal('order.paid');
      expect(event?.body).to.deep.equal({
        eventId: event?.eventId,
        orderId: id,
        orderNumber: 'N-1',
        shopId: 'shop',
        occurredAt: '2025-03-06T17:14:35.500Z',
      });
      expect(recorded).to.equal(1);
    });

    it('is paid now where the notice names no time', async () => {
      const before = Date.now();
      await create();
      const outcome = await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*');
      const paidAt = ('order' in outcome && outcome.order?.paidAt) || '';
      expect(Date.parse(paidAt)).to.be.within(before - 60_000, Date.now() + 60_000);
      expect((await readOutbox())[0]?.body).to.include({ occurredAt: paidAt });
    });

    it('takes a statement more only where its number has an open incident', async () => {
      const ordinary = ['BEGIN', 'lock-orders-to-pay', 'mark-order-paid', 'record-event', 'COMMIT'];
      await create('N-1');
      const paid = () => statementsOf((one) => one.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*'));
      expect(await paid()).to.deep.equal(ordinary);
      await store.markPaid(ownPayment({ outTradeNo: 'N-2' }), '*');
      expect(incidents).to.deep.equal(['unknown-number']);
      await create('N-2');
      const settled = await statementsOf((one) => one.markPaid(ownPayment({ outTradeNo: 'N-2' }), '*'));
      expect(settled).to.deep.equal(ordinary.toSpliced(-1, 0, 'settle-applied-incident'));
      const { rows } = await database.pool.query('SELECT FROM payment_incidents WHERE resolved_at IS NULL');
      expect(rows).to.deep.equal([]);
    });

    it('records an event that the worker can decode', async () => {
      const { id } = await create();
      await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*');
      await store.remind(id);
      for (const { key, text } of await readOutbox()) {
        const decoded = decodeOrderEvent({ routingKey: key, body: Buffer.from(text) }, new Date());
        expect(decoded).to.include({ ok: true });
      }
    });

    it('keeps the id of the transaction', async () => {
      await create();
      await store.markPaid(ownPayment({ outTradeNo: 'N-1', transactionId: 'wx-42' }), '*');
      const { rows } = await database.pool.query('SELECT transaction_id FROM orders');
      expect(rows).to.deep.equal([{ transaction_id: 'wx-42' }]);
    });

    it('tells that an event was recorded only when the event can be seen', async () => {
      await create();
      let seen: Promise<OutboxEvent[]> = Promise.resolve([]);
      const telling = createOrderStore({
        pool: database.pool,
        reminders: { cooldownSeconds: 60, statuses: [2] },
        onRecorded() {
          seen = readOutbox();
        },
        onIncident() {},
      });
      await telling.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*');
      expect(await seen).to.have.length(1);
    });

    it('is `repeated` the second time, changes nothing and records nothing', async () => {
      const { id } = await create();
      await store.markPaid(
        ownPayment({ outTradeNo: 'N-1', paidAt: '2025-03-06T17:14:35Z', transactionId: 'first' }),
        '*',
      );
      const before = await store.find(id);
      const outcome = await store.markPaid(
        ownPayment({
          outTradeNo: 'N-1',
          paidAt: '2026-01-01T00:00:00Z',
          transactionId: 'x',
        }),
        '*',
      );
      expect(outcome).to.deep.equal({ outcome: 'incident', kind: 'second-transaction', order: before });
      expect(await store.find(id)).to.deep.equal(before);
      expect(await readOutbox()).to.have.length(1);
      expect(recorded).to.equal(1);
    });

    it('sets no order back that went on since it was paid', async () => {
      const { id } = await createPaid();
      for (const status of [3, 4, 5]) {
        await setStatus(id, status);
        const outcome = await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*');
        expect(outcome, String(status)).to.deep.include({ outcome: 'repeated' });
        expect(await store.find(id)).to.include({ status, payStatus: 1 });
      }
      expect(await readOutbox()).to.deep.equal([]);
    });

    it('is `cancelled` for an order that was cancelled unpaid, and records nothing', async () => {
      const { id } = await create();
      await setStatus(id, 6, 0);
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*')).to.deep.equal({
        outcome: 'incident',
        kind: 'cancelled',
      });
      expect(await store.find(id)).to.include({ status: 6, payStatus: 0, paidAt: null });
      expect(await readOutbox()).to.deep.equal([]);
    });

    it('is `repeated` for an order that was cancelled after it was paid', async () => {
      const { id } = await createPaid();
      await setStatus(id, 6, 2);
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*')).to.deep.include({
        outcome: 'repeated',
      });
      expect(await store.find(id)).to.include({ status: 6, payStatus: 2 });
    });

    it('is `not-found` for a number that no order has', async () => {
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-404' }), '*')).to.deep.equal({
        outcome: 'incident',
        kind: 'unknown-number',
      });
      expect(recorded).to.equal(0);
    });

    it('leaves exactly one event when a hundred callbacks come at once', async () => {
      const { id } = await create();
      const outcomes = await atOnce(database.pool, LOCK_ORDER, [id], () =>
        Array.from({ length: 100 }, (_, index) =>
          store.markPaid(ownPayment({ outTradeNo: 'N-1', transactionId: `wx-${index}` }), '*'),
        ),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'paid')).to.have.length(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'incident')).to.have.length(99);
      expect(await readOutbox()).to.have.length(1);
      expect(recorded).to.equal(1);
      expect(incidents).to.deep.equal(Array(99).fill('second-transaction'));
      expect(await store.find(id)).to.include({ status: 2, payStatus: 1 });
    });

    it('is of the covered shops alone, and of the shop that the notice names', async () => {
      const [mine, theirs] = [await create('N-1', 'mine'), await create('N-1', 'theirs')];
      const unknown = { outcome: 'incident', kind: 'unknown-number' };
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), ['third'])).to.deep.equal(unknown);
      expect(
        await store.markPaid(ownPayment({ outTradeNo: 'N-1', shopId: 'theirs' }), ['mine']),
      ).to.deep.equal(unknown);
      const ambiguous = { outcome: 'incident', kind: 'ambiguous-number' };
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), ['mine', 'theirs'])).to.deep.equal(
        ambiguous,
      );
      expect(await readOutbox()).to.deep.equal([]);
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), ['mine'])).to.deep.include({
        outcome: 'paid',
      });
      expect(await store.find(theirs.id)).to.include({ status: 1, payStatus: 0 });
      expect((await readOutbox()).map(({ body }) => body.orderId)).to.deep.equal([mine.id]);
    });

    it('is marked with the time of the server, whatever the notice says', async () => {
      await create();
      await store.markPaid(ownPayment({ outTradeNo: 'N-1', paidAt: '1999-01-01T00:00:00Z' }), '*');
      const { rows } = await database.pool.query(
        "SELECT now() - marked_at BETWEEN '0 s' AND '60 s' AS fresh FROM orders",
      );
      expect(rows).to.deep.equal([{ fresh: true }]);
    });

    it('leaves no incident where it cannot be recorded, and tells of none', async () => {
      await database.pool.query('ALTER TABLE payment_incidents RENAME TO away');
      const error = await store.markPaid(ownPayment({ outTradeNo: 'N-404' }), '*').catch((error) => error);
      await database.pool.query('ALTER TABLE away RENAME TO payment_incidents');
      expect(error).to.include({ code: '42P01' });
      expect(incidents).to.deep.equal([]);
    });
  });

  describe('a payment that the version before marks', () => {
    const MARK =
      'UPDATE orders SET status = 2, pay_status = 1, paid_at = now(), paid_event_id = gen_random_uuid() ' +
      'WHERE number = $1 AND status = 1';

    it('is given the time at which it was marked', async () => {
      await create();
      await database.pool.query(MARK, ['N-1']);
      const { rows } = await database.pool.query('SELECT marked_at FROM orders');
      expect(rows[0].marked_at).to.be.instanceOf(Date);
    });

    it('is put off where several shops have an order of its number, and marks neither', async () => {
      await create('N-1', 'mine');
      await create('N-1', 'theirs');
      const error = await database.pool.query(MARK, ['N-1']).catch((error) => error);
      expect(isUnavailable(error)).to.equal(true);
      const { rows } = await database.pool.query('SELECT DISTINCT pay_status FROM orders');
      expect(rows).to.deep.equal([{ pay_status: 0 }]);
    });
  });

  describe('a reminder', () => {
    it('records one event of an order that awaits the shop', async () => {
      const { id } = await createPaid();
      const before = Date.now();
      expect(await store.remind(id)).to.deep.include({ outcome: 'reminded' });
      const [event, ...others] = await readOutbox();
      expect(others).to.deep.equal([]);
      expect(event?.key).to.equal('order.reminded');
      expect(event?.body).to.include({
        eventId: event?.eventId,
        orderId: id,
        orderNumber: 'N-1',
        shopId: 'shop',
      });
      expect(Date.parse(String(event?.body.occurredAt))).to.be.within(before - 60_000, Date.now() + 60_000);
      expect(recorded).to.equal(1);
    });

    it('is `too-soon` within the cooldown, says how long to wait, and records nothing', async () => {
      const { id } = await createPaid();
      await store.remind(id);
      const outcome = await store.remind(id);
      expect(outcome).to.include({ outcome: 'too-soon' });
      expect('retryAfterSeconds' in outcome && outcome.retryAfterSeconds).to.be.within(55, 60);
      expect(await readOutbox()).to.have.length(1);
      expect(recorded).to.equal(1);
    });

    it('rounds the wait up, to at least a second', async () => {
      const { id } = await createPaid();
      await store.remind(id);
      const since = (seconds: number) =>
        database.pool.query('UPDATE orders SET reminded_at = clock_timestamp() - make_interval(secs => $1)', [
          seconds,
        ]);
      await since(30);
      expect(await store.remind(id)).to.deep.equal({ outcome: 'too-soon', retryAfterSeconds: 30 });
      await since(58);
      expect(await store.remind(id)).to.deep.equal({ outcome: 'too-soon', retryAfterSeconds: 2 });
    });

    it('is recorded again once the cooldown is over', async () => {
      const { id } = await createPaid();
      await store.remind(id);
      await database.pool.query("UPDATE orders SET reminded_at = reminded_at - interval '60 s'");
      expect(await store.remind(id)).to.deep.include({ outcome: 'reminded' });
      const ids = (await readOutbox()).map(({ eventId }) => eventId);
      expect(new Set(ids).size).to.equal(2);
    });

    it('is recorded each time where there is no cooldown', async () => {
      const { id } = await createPaid();
      store = storeWith({ cooldownSeconds: 0 });
      for (let time = 1; time <= 3; time++) {
        expect(await store.remind(id)).to.deep.include({ outcome: 'reminded' });
      }
      expect(await readOutbox()).to.have.length(3);
    });

    it('is `not-waiting` in every status in which the order does not await the shop', async () => {
      const { id } = await create();
      for (const status of [1, 5, 6]) {
        await setStatus(id, status, 0);
        expect(await store.remind(id), String(status)).to.deep.equal({ outcome: 'not-waiting' });
      }
      expect(await readOutbox()).to.deep.equal([]);
    });

    it('is recorded in every status in which it does', async () => {
      const { id } = await create();
      store = storeWith({ cooldownSeconds: 0 });
      for (const status of [2, 3, 4]) {
        await setStatus(id, status);
        expect(await store.remind(id), String(status)).to.deep.include({ outcome: 'reminded' });
      }
    });

    it('follows the statuses of the configuration', async () => {
      const { id } = await createPaid();
      store = storeWith({ statuses: [5] });
      expect(await store.remind(id)).to.deep.equal({ outcome: 'not-waiting' });
      await setStatus(id, 5);
      expect(await store.remind(id)).to.deep.include({ outcome: 'reminded' });
    });

    it('is `not-found` for an order that is not there, also for one that could not be', async () => {
      for (const id of [Number.MAX_SAFE_INTEGER, '99999999999999999999']) {
        expect(await store.remind(id), String(id)).to.deep.equal({ outcome: 'not-found' });
      }
    });

    it('leaves exactly one event when fifty come at once', async () => {
      const { id } = await createPaid();
      const outcomes = await atOnce(database.pool, LOCK_ORDER, [id], () =>
        Array.from({ length: 50 }, () => store.remind(id)),
      );
      expect(outcomes.filter(({ outcome }) => outcome === 'reminded')).to.have.length(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'too-soon')).to.have.length(49);
      expect(await readOutbox()).to.have.length(1);
      expect(recorded).to.equal(1);
    });
  });

  describe('when its transaction fails', () => {
    /** A fault of the database in the named place, as long as `work` runs. */
    async function withFault(trigger: string, work: () => Promise<void>): Promise<void> {
      await database.pool.query(
        `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'made to fail'; END $$;
         CREATE ${trigger} EXECUTE FUNCTION fail()`,
      );
      try {
        await work();
      } finally {
        await database.pool.query('DROP FUNCTION fail CASCADE');
      }
    }

    const atCommit =
      'CONSTRAINT TRIGGER fault AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW';
    const atRecording = 'TRIGGER fault BEFORE INSERT ON outbox FOR EACH ROW';

    it('leaves no event of a payment that is rolled back after the event was recorded', async () => {
      const { id } = await create();
      await withFault(atCommit, async () => {
        const error = await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*').catch((error) => error);
        expect(error).to.be.instanceOf(Error).and.to.include({ message: 'made to fail' });
      });
      expect(await readOutbox()).to.deep.equal([]);
      expect(await store.find(id)).to.include({ status: 1, payStatus: 0, paidAt: null });
      expect(recorded).to.equal(0);
      expect(await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*')).to.deep.include({
        outcome: 'paid',
      });
    });

    it('leaves no payment whose event cannot be recorded', async () => {
      const { id } = await create();
      await withFault(atRecording, async () => {
        await store.markPaid(ownPayment({ outTradeNo: 'N-1' }), '*').then(
          () => expect.fail('it went through'),
          () => {},
        );
      });
      expect(await store.find(id)).to.include({ status: 1, payStatus: 0, paidAt: null });
    });

    it('leaves no event and no cooldown of a reminder that is rolled back', async () => {
      const { id } = await createPaid();
      await withFault(atCommit, async () => {
        expect(await store.remind(id).catch(() => 'failed')).to.equal('failed');
      });
      expect(await readOutbox()).to.deep.equal([]);
      expect(await store.remind(id)).to.deep.include({ outcome: 'reminded' });
    });
  });
});
