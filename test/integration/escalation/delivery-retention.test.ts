import { expect } from 'chai';
import { removeOldDeliveries, removeOldSubscriptions } from '../../../src/escalation/deliveries/retention.ts';
import { createDeliveryBench, type DeliveryBench } from '../../support/deliveries.ts';

const options = { days: 30, batch: 3, signal: new AbortController().signal };

describe('the retention of deliveries', () => {
  let bench: DeliveryBench;
  before(async () => {
    bench = await createDeliveryBench();
  });
  afterEach(() => bench.clear());
  after(() => bench.tearDown());

  it('removes those that are over and old, in batches, and none that is pending or young', async () => {
    const { pool } = bench.database;
    const old: string[] = [];
    for (let n = 0; n < 7; n++) old.push(await bench.deliver('owner'));
    const pending = await bench.deliver('owner');
    const young = await bench.deliver('owner');
    await pool.query(`UPDATE deliveries SET made_at = now() - interval '31 days' WHERE id <> $1`, [young]);
    await pool.query(`UPDATE deliveries SET state = 'ended' WHERE id <> $1`, [pending]);
    expect(await removeOldDeliveries(pool, options)).to.equal(7);
    const { rows } = await pool.query('SELECT id FROM deliveries');
    expect(rows.map(({ id }) => id)).to.have.members([pending, young]);
    expect(await removeOldDeliveries(pool, options)).to.equal(0);
  });

  it('removes push subscriptions that were not renewed for 90 days', async () => {
    const { pool } = bench.database;
    await pool.query(
      `INSERT INTO push_subscriptions (shop_id, endpoint, keys, renewed_at)
       SELECT 'shop', n::text, '{}', now() - n * interval '1 day' FROM generate_series(81, 99) n`,
    );
    expect(await removeOldSubscriptions(pool, options)).to.equal(10);
    const { rows } = await pool.query('SELECT max(endpoint::int) AS oldest FROM push_subscriptions');
    expect(rows[0].oldest).to.equal(89);
  });
});
