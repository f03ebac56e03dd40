import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createGatewayLeases } from '../../../src/escalation/presence/gateway-leases.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('the lease of a gateway', () => {
  let database: TestDatabase;
  let leases: ReturnType<typeof createGatewayLeases>;
  let gateway: string;

  before(async () => {
    database = await createDatabase();
    leases = createGatewayLeases(database.pool, (work) => work());
  });
  after(() => database.drop());
  beforeEach(async () => {
    await database.pool.query('TRUNCATE gateways, hearing, silent_shops');
    gateway = randomUUID();
    await leases.begin(gateway);
  });

  const write = (id: string, ...edges: string[]) =>
    leases.write(
      id,
      edges.map((edge) => ({ shopId: edge.slice(1), canSound: edge.startsWith('+') })),
    );

  /** As if so much time had passed, for the leases alone or for the shops alone. */
  const ageLeases = (time: string) =>
    database.pool.query('UPDATE gateways SET lapses_at = lapses_at - $1::interval', [time]);
  const ageShops = (time: string) =>
    database.pool.query(
      `WITH heard AS (UPDATE hearing SET since = since - $1::interval)
       UPDATE silent_shops SET since = since - $1::interval, due_at = due_at - $1::interval`,
      [time],
    );

  async function hearing(): Promise<string[]> {
    const { rows } = await database.pool.query<{ shop_id: string }>(
      'SELECT shop_id FROM hearing ORDER BY shop_id',
    );
    return rows.map(({ shop_id }) => shop_id);
  }

  async function silent(): Promise<Record<string, { age: number; due: number }>> {
    const { rows } = await database.pool.query<{ shop_id: string; age: number; due: number }>(
      `SELECT shop_id, extract(epoch FROM clock_timestamp() - since)::float8 AS age,
         extract(epoch FROM due_at - clock_timestamp())::float8 AS due
       FROM silent_shops ORDER BY shop_id`,
    );
    return Object.fromEntries(rows.map(({ shop_id, ...row }) => [shop_id, row]));
  }

  it('keeps what is written under it: the last edge of a shop makes it one to look at', async () => {
    expect(await write(gateway, '+a', '+b')).to.equal(true);
    expect(await silent()).to.deep.equal({});
    expect(await write(gateway, '-a', '+c', '-never')).to.equal(true);
    expect(await hearing()).to.deep.equal(['b', 'c']);
    expect(Object.keys(await silent())).to.deep.equal(['a']);
  });

  it('lapses by the clock of Postgres, and takes nothing any more: not an edge, not a renewal', async () => {
    await ageLeases('14 seconds');
    expect(await leases.renew(gateway)).to.match(/./);
    await ageLeases('14 seconds');
    expect(await write(gateway, '+a')).to.equal(true);
    await ageLeases('2 seconds');
    expect(await write(gateway, '+b', '-a')).to.equal(false);
    expect(await leases.renew(gateway)).to.equal(undefined);
    expect(await hearing()).to.deep.equal(['a']);
  });

  it('takes nothing once it is retired', async () => {
    await leases.retire(gateway);
    expect(await write(gateway, '+a')).to.equal(false);
    expect(await leases.renew(gateway)).to.equal(undefined);
  });

  it('counts what was silent from the end of the last hearing on', async () => {
    await write(gateway, '+a');
    await ageShops('4 seconds');
    await write(gateway, '-a');
    await ageShops('10 seconds');
    await write(gateway, '+a');
    await ageShops('4 seconds');
    await write(gateway, '-a');
    expect((await silent()).a?.age).to.be.within(0, 2);
  });

  it('counts no hearing that is over at once', async () => {
    await write(gateway, '+a');
    await ageShops('4 seconds');
    await write(gateway, '-a');
    await ageShops('10 seconds');
    await write(gateway, '+a');
    await write(gateway, '-a');
    expect((await silent()).a?.age).to.be.within(10, 12);
  });

  it('has a silent shop looked at soon after a session came', async () => {
    await write(gateway, '+a');
    await write(gateway, '-a');
    await database.pool.query(`UPDATE silent_shops SET due_at = 'infinity'`);
    await write(gateway, '+a');
    expect((await silent()).a?.due).to.be.within(2, 3);
  });

  it('goes at the end with all that was written, and what is another one’s stays', async () => {
    const other = randomUUID();
    await leases.begin(other);
    await write(gateway, '+a', '+b');
    await write(other, '+b');
    await leases.end(gateway);
    expect(await hearing()).to.deep.equal(['b']);
    expect(Object.keys(await silent())).to.deep.equal(['a', 'b']);
    expect(await write(other, '-b')).to.equal(true);
    expect(await write(gateway, '+a')).to.equal(false);
  });

  it('leaves no shop behind that two gateways lose at the same moment', async function () {
    this.timeout(60_000);
    const other = randomUUID();
    await leases.begin(other);
    const shops = Array.from({ length: 50 }, (_, index) => `s${index}`);
    for (let round = 0; round < 10; round++) {
      await Promise.all([gateway, other].map((id) => write(id, ...shops.map((shop) => `+${shop}`))));
      await database.pool.query('TRUNCATE silent_shops');
      const backwards = shops.toReversed();
      await Promise.all([
        write(gateway, ...shops.map((shop) => `-${shop}`)),
        write(other, ...backwards.map((shop) => `-${shop}`)),
      ]);
      expect(Object.keys(await silent())).to.have.members(shops);
    }
  });

  it('is removed by whichever looks first once it has lapsed, in batches, and each row once', async () => {
    await write(gateway, ...Array.from({ length: 10 }, (_, index) => `+s${index}`));
    const remove = async () => {
      const { rows } = await database.pool.query('SELECT * FROM remove_lapsed_gateway(4)');
      return rows[0];
    };
    expect(await remove()).to.equal(undefined);
    await ageLeases('16 seconds');
    const removed = [await remove(), await remove(), await remove(), await remove()];
    expect(removed).to.deep.equal([
      { removed: 4, is_gone: false, has_lapsed: true },
      { removed: 4, is_gone: false, has_lapsed: true },
      { removed: 2, is_gone: true, has_lapsed: true },
      undefined,
    ]);
    expect(await hearing()).to.deep.equal([]);
    expect(Object.keys(await silent())).to.have.length(10);
    const ages = Object.values(await silent()).map((row) => row.age);
    expect(Math.max(...ages), 'the grace begins now').to.be.below(2);
  });

  it('is no lapsed one where the gateway retired it itself', async () => {
    await leases.retire(gateway);
    const { rows } = await database.pool.query('SELECT * FROM remove_lapsed_gateway(4)');
    expect(rows).to.deep.equal([{ removed: 0, is_gone: true, has_lapsed: false }]);
  });
});
