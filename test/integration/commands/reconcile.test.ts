/** `orderbell reconcile`: an operator deleted the queue with events in it, and the paid orders ring after all. */

import { expect } from 'chai';
import { runCli } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { post } from '../../support/http-client.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';

describe('orderbell reconcile', () => {
  let around: Surroundings;
  beforeEach(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.tearDown());

  const reconcile = (...args: string[]) =>
    runCli(['reconcile', '--older-than', '0', ...args], { database: around.database });
  const rings = async () =>
    (await around.database.pool.query('SELECT order_id::int AS id FROM notifications ORDER BY seq')).rows.map(
      ({ id }) => id,
    );

  it('rings for the orders whose events were lost with the queue, and for no other', async () => {
    const service = await around.serve();
    const pay = async (number: string) => {
      await post(service.url, '/orders', { number, amount: 1 });
      await post(service.url, '/payments/notify', { outTradeNo: number });
    };
    await post(service.url, '/orders', { number: 'unpaid', amount: 1 });
    await pay('rung');
    await eventually(async () => expect(await rings()).to.deep.equal([2]));
    // As if their events had been in the queue when it was deleted.
    await pay('lost-1');
    await pay('lost-2');
    await eventually(async () => expect(await rings()).to.deep.equal([2, 3, 4]));
    await eventually(async () => {
      const { rows } = await around.database.pool.query('SELECT FROM outbox');
      expect(rows).to.deep.equal([]);
    });
    await around.database.pool.query('DELETE FROM notifications WHERE seq > 1; UPDATE shops SET head = 1');

    const dry = await reconcile('--dry-run');
    expect(dry.lines.at(-1)).to.equal('would record 2');
    const { lines } = await reconcile();
    expect(lines[0]).to.match(/^order 3 {2}lost-1 {2}shop default {2}paid /);
    expect(lines.at(-1)).to.equal('recorded 2');
    await eventually(async () => expect(await rings()).to.have.members([2, 3, 4]));
    expect((await reconcile()).lines).to.deep.equal(['recorded 0']);
  });

  it('does not ring twice when the event was only late', async () => {
    const service = await around.serve();
    await post(service.url, '/orders', { number: 'late', amount: 1 });
    await post(service.url, '/payments/notify', { outTradeNo: 'late' });
    await eventually(async () => expect(await rings()).to.deep.equal([1]));
    const { rows } = await around.database.pool.query('SELECT event_id FROM notifications');
    // Reconciled while the event was on its way: the same event, recorded once more.
    await around.database.pool.query(
      `INSERT INTO outbox (routing_key, event_id, body)
       SELECT 'order.paid', paid_event_id, json_build_object('eventId', paid_event_id, 'orderId', id, 'orderNumber', number)
       FROM orders`,
    );
    await around.serve(); // its relay looks into the outbox when it starts
    await eventually(async () => {
      const left = await around.database.pool.query('SELECT count(*)::int FROM outbox');
      expect(left.rows[0].count).to.equal(0);
    });
    await around.pay('other', 1, 1);
    await eventually(async () => expect(await rings()).to.have.length(2));
    const again = await around.database.pool.query(
      `SELECT event_id FROM notifications WHERE shop_id = 'default'`,
    );
    expect(again.rows).to.deep.equal(rows);
  });

  it('leaves alone what is younger than it is told', async () => {
    await around.database.pool.query(
      `INSERT INTO orders (number, shop_id, amount, status, pay_status, paid_at, paid_event_id)
       VALUES ('young', 'default', 1, 2, 1, now(), gen_random_uuid())`,
    );
    const { lines } = await runCli(['reconcile', '--older-than', '60'], { database: around.database });
    expect(lines).to.deep.equal(['recorded 0']);
  });

  it('leaves alone what is older than the log is kept', async () => {
    await around.database.pool.query(
      `INSERT INTO orders (number, shop_id, amount, status, pay_status, created_at, paid_at, marked_at, paid_event_id)
       SELECT number, 'default', 1, 2, 1, age, age, marked, gen_random_uuid()
       FROM (VALUES ('old', now() - interval '31 days', now() - interval '31 days'),
                    ('before-that-was-kept', now() - interval '31 days', NULL)) AS v (number, age, marked)`,
    );
    expect((await reconcile()).lines).to.deep.equal(['recorded 0']);
  });

  it('goes by when an order was marked, whatever the payment provider said of when it was paid', async () => {
    await around.database.pool.query(
      `INSERT INTO orders (number, shop_id, amount, status, pay_status, created_at, marked_at, paid_at, paid_event_id)
       SELECT number, 'default', 1, 2, 1, now() - interval '2 hours', now() - marked::interval, paid, gen_random_uuid()
       FROM (VALUES ('of-1970', '1 hour', timestamptz '1970-01-01Z'), ('of-2999', '1 hour', '2999-12-31Z'),
                    ('of-1969', NULL, '1969-12-31Z'), ('of-3000', NULL, '3000-01-01Z'),
                    ('too-young', '1 minute', '1970-01-01Z')) AS v (number, marked, paid)`,
    );
    const { lines } = await runCli(['reconcile', '--older-than', '300'], { database: around.database });
    expect(lines.map((line) => line.split(/ +/)[2])).to.deep.equal([
      ...['of-1970', 'of-2999', 'of-1969', 'of-3000'],
      undefined,
    ]);
    await around.serve();
    await eventually(async () => expect(await rings()).to.have.members([1, 2, 3, 4]));
  });

  it("looks for an event in the log of the order's own shop", async () => {
    await around.database.pool.query(
      `INSERT INTO orders (number, shop_id, amount, status, pay_status, paid_at, marked_at, paid_event_id)
       VALUES ('n-1', 'corner', 1, 2, 1, now(), now(), '01956b1e-24b1-7a60-9d3c-6f0c8b1f2a10');
       INSERT INTO shops (id, head) VALUES ('hill', 1);
       INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
       VALUES ('hill', 1, '01956b1e-24b1-7a60-9d3c-6f0c8b1f2a10', 1, 99, 'forged', now())`,
    );
    expect((await reconcile('--dry-run')).lines.at(-1)).to.equal('would record 1');
  });
});
