import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import type { EscalationTargets } from '../../../src/domain/escalation-target.ts';
import { createKnownPolicies } from '../../../src/escalation/engine/known-policies.ts';
import { createPolicyStore, setDefaultPolicy } from '../../../src/escalation/policies.ts';
import { type DeafWatch, startDeafWatch } from '../../../src/escalation/presence/deaf-watch.ts';
import { createGatewayLeases } from '../../../src/escalation/presence/gateway-leases.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { eventually } from '../../support/eventually.ts';
import { silent } from '../../support/feed.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const GRACE = 60;
const policy = {
  steps: [
    { afterSeconds: 100, when: 'unheard' as const, targets: ['manager'] },
    { afterSeconds: 200, when: 'unheard' as const, targets: ['manager'] },
  ],
  expireAfterSeconds: 900,
  deafAfterSeconds: GRACE,
};
const targets: EscalationTargets = new Map([
  ['manager', { kind: 'webhook', url: 'https://m.example/', secrets: [] }],
]);

interface BellRow {
  key: string;
  shop: string;
}

describe('the watch for deaf shops', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let leases: ReturnType<typeof createGatewayLeases>;
  let gateway: string;
  let watches: DeafWatch[];
  let lapsed: number;

  before(async () => {
    database = await createDatabase();
    leases = createGatewayLeases(database.pool, (work) => work());
  });
  after(() => database.drop());

  beforeEach(async () => {
    await database.pool.query(
      'TRUNCATE gateways, hearing, silent_shops, shops, notifications, escalations, bell_outbox, deliveries, escalation_default CASCADE',
    );
    await query(`UPDATE deaf_watch SET looked_at = clock_timestamp(), resumed_at = '2025-01-01'`);
    await setDefaultPolicy(database.pool, policy);
    gateway = randomUUID();
    await leases.begin(gateway);
    watches = [];
    lapsed = 0;
  });
  afterEach(() => stopAll());

  const stopAll = () => Promise.all(watches.map((watch) => watch.stop()));

  const parts = {
    policies: createKnownPolicies(),
    targets,
    onReported() {},
    observe: { changed() {}, leaseLapsed: () => lapsed++ },
    logger: silent,
  };

  function watch(count = 1): void {
    for (let index = 0; index < count; index++) {
      watches.push(startDeafWatch({ ...parts, pool: database.pool, everyMs: 20 }));
    }
  }

  const query = <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    database.pool.query<Row>(text, values).then(({ rows }) => rows);

  const open = (...shops: string[]) =>
    query('INSERT INTO shops (id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [shops]);

  const write = (edges: Record<string, boolean>, id = gateway) =>
    leases.write(
      id,
      Object.entries(edges).map(([shopId, canSound]) => ({ shopId, canSound })),
    );

  /** As if so much time had passed for the shops; leases and looks stay as they are. */
  const elapse = (seconds: number) =>
    query(
      `WITH heard AS (UPDATE hearing SET since = since - make_interval(secs => $1)), watched AS (
         UPDATE deaf_watch SET resumed_at = resumed_at - make_interval(secs => $1)
       )
       UPDATE silent_shops SET since = since - make_interval(secs => $1), due_at = due_at - make_interval(secs => $1)`,
      [seconds],
    );

  /** Of the rows that are not in use: it waits for none, so that no deadlock is of its making. */
  const elapseOfFree = (seconds: number) =>
    query(
      `WITH heard AS (
         UPDATE hearing h SET since = h.since - make_interval(secs => $1)
         FROM (SELECT shop_id, gateway_id FROM hearing FOR UPDATE SKIP LOCKED) f
         WHERE h.shop_id = f.shop_id AND h.gateway_id = f.gateway_id
       )
       UPDATE silent_shops s SET since = s.since - make_interval(secs => $1), due_at = s.due_at - make_interval(secs => $1)
       FROM (SELECT shop_id FROM silent_shops FOR UPDATE SKIP LOCKED) f WHERE s.shop_id = f.shop_id`,
      [seconds],
    );

  const reports = () =>
    query<BellRow>(
      `SELECT routing_key AS key, body::jsonb ->> 'shopId' AS shop FROM bell_outbox ORDER BY id`,
    );
  const deafShops = async () =>
    (await query<{ id: string }>('SELECT id FROM shops WHERE deaf_since IS NOT NULL ORDER BY id')).map(
      ({ id }) => id,
    );
  /** Every watch has looked since. */
  async function looked(): Promise<void> {
    for (let times = 0; times < 3; times++) {
      const [before] = await query<{ at: Date }>('SELECT clock_timestamp() AS at');
      await eventually(async () => {
        const [row] = await query<{ late: boolean }>('SELECT looked_at > $1 AS late FROM deaf_watch', [
          before?.at,
        ]);
        expect(row?.late).to.equal(true);
      });
    }
  }

  async function falls(shop: string): Promise<void> {
    await open(shop);
    await write({ [shop]: true });
    await elapse(5);
    await write({ [shop]: false });
  }

  it('reports a shop once, by one of three watches: the event, the deliveries and its open escalations due', async () => {
    await falls('a');
    await append('a', 2);
    await open('b');
    await write({ b: true });
    watch(3);
    await looked();
    expect(await reports()).to.deep.equal([]);
    await elapse(GRACE + 5);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    await looked();
    expect(await reports()).to.deep.equal([{ key: 'shop.deaf', shop: 'a' }]);
    const deliveries = await query(
      'SELECT d.type, d.shop_id, d.target, d.event_id = b.event_id AS same, d.expires_at > now() AS lives FROM deliveries d, bell_outbox b',
    );
    expect(deliveries).to.deep.equal([
      { type: 'shop.deaf', shop_id: 'a', target: 'manager', same: true, lives: true },
    ]);
    const due = await query('SELECT due_at <= clock_timestamp() AS due FROM escalations');
    expect(due).to.deep.equal([{ due: true }, { due: true }]);
    const [body] = await query<{ since: string; late: number }>(
      `SELECT body::jsonb ->> 'since' AS since,
         extract(epoch FROM (body::jsonb ->> 'occurredAt')::timestamptz - (body::jsonb ->> 'since')::timestamptz)::float8 AS late
       FROM bell_outbox`,
    );
    expect(body?.late).to.be.within(GRACE, GRACE + 20);
  });

  it('reports deaf and hearing by turns, each once, for ever', async () => {
    watch(2);
    await falls('a');
    const expected: BellRow[] = [];
    for (let round = 0; round < 4; round++) {
      await elapse(GRACE + 5);
      expected.push({ key: 'shop.deaf', shop: 'a' });
      await eventually(async () => expect(await reports()).to.deep.equal(expected));
      await write({ a: true });
      await elapse(4);
      expected.push({ key: 'shop.hearing', shop: 'a' });
      await eventually(async () => expect(await reports()).to.deep.equal(expected));
      expect(await deafShops()).to.deep.equal([]);
      await write({ a: false });
    }
    await looked();
    expect(await reports()).to.deep.equal(expected);
  });

  it('reports hearing within ten seconds of the edge', async () => {
    watch();
    await falls('a');
    await elapse(GRACE + 5);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    const began = performance.now();
    await write({ a: true });
    await eventually(async () => expect(await deafShops()).to.deep.equal([]), 10_000);
    expect(performance.now() - began).to.be.below(10_000);
  });

  it('takes a session that is over at once for none', async () => {
    watch();
    await falls('a');
    await elapse(GRACE + 5);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    await write({ a: true });
    await looked();
    await write({ a: false });
    await elapse(GRACE + 5);
    await looked();
    expect(await reports()).to.deep.equal([{ key: 'shop.deaf', shop: 'a' }]);
  });

  it('reports no shop without a policy, and one that gets a policy then', async () => {
    await setDefaultPolicy(database.pool, undefined);
    watch();
    await falls('a');
    await falls('b');
    await elapse(GRACE + 5);
    await looked();
    expect(await reports()).to.deep.equal([]);
    await createPolicyStore(database.pool).set('a', policy, undefined);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    await setDefaultPolicy(database.pool, policy);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a', 'b']));
  });

  it('reports a shop that never had a session where a notification is open, and none where it is answered', async () => {
    await append('a', 1);
    await append('b', 1);
    await open('c');
    watch();
    await eventually(async () =>
      expect(await query('SELECT shop_id FROM silent_shops ORDER BY shop_id')).to.deep.equal([
        { shop_id: 'a' },
        { shop_id: 'b' },
      ]),
    );
    await query(`DELETE FROM escalations WHERE shop_id = 'b'`);
    await elapse(GRACE);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    await looked();
    expect(await reports()).to.deep.equal([{ key: 'shop.deaf', shop: 'a' }]);
    expect(await query('SELECT shop_id FROM silent_shops')).to.deep.equal([{ shop_id: 'a' }]);
  });

  it('gives the shops of a gateway that was killed their grace once its lease has lapsed', async () => {
    const other = randomUUID();
    await leases.begin(other);
    await open('a', 'b');
    await write({ a: true, b: true });
    await write({ b: true }, other);
    await elapse(GRACE);
    await query(`UPDATE gateways SET lapses_at = clock_timestamp() WHERE id = $1`, [gateway]);
    watch(2);
    await eventually(() => expect(lapsed).to.equal(1));
    await looked();
    expect(await reports()).to.deep.equal([]);
    await elapse(GRACE + 5);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    await looked();
    expect(await reports()).to.deep.equal([{ key: 'shop.deaf', shop: 'a' }]);
  });

  it('gives every shop its grace anew where no watch has looked for a while: Postgres was away', async () => {
    await falls('a');
    await elapse(3_600);
    await query(`UPDATE deaf_watch SET looked_at = looked_at - interval '16 seconds'`);
    watch(2);
    await looked();
    expect(await reports()).to.deep.equal([]);
    await elapse(GRACE + 1);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
  });

  it('waits for no shop whose row is in use, and reports it afterwards', async () => {
    await falls('a');
    await falls('b');
    const client = await database.pool.connect();
    await client.query(`BEGIN; SELECT FROM shops WHERE id = 'a' FOR NO KEY UPDATE`);
    watch(2);
    await elapse(GRACE + 5);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['b']));
    await looked();
    expect(await reports()).to.deep.equal([{ key: 'shop.deaf', shop: 'b' }]);
    await client.query('COMMIT');
    client.release();
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a', 'b']));
  });

  it('has an escalation due at once also where an engine had it in hand', async () => {
    await falls('a');
    await append('a', 1);
    const client = await database.pool.connect();
    await client.query('BEGIN; SELECT FROM escalations FOR UPDATE');
    watch();
    await elapse(GRACE + 5);
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    await client.query(`UPDATE escalations SET due_at = clock_timestamp() + interval '1 hour'; COMMIT`);
    client.release();
    await eventually(async () =>
      expect(await query('SELECT due_at <= clock_timestamp() AS due FROM escalations')).to.deep.equal([
        { due: true },
      ]),
    );
  });

  it('tells nothing of what it cannot write in whole', async () => {
    await falls('a');
    await query('ALTER TABLE deliveries ADD CONSTRAINT broken CHECK (false) NOT VALID');
    watch();
    await elapse(GRACE + 5);
    await looked();
    expect([await deafShops(), await reports()]).to.deep.equal([[], []]);
    await query('ALTER TABLE deliveries DROP CONSTRAINT broken');
    await eventually(async () => expect(await deafShops()).to.deep.equal(['a']));
    expect(await reports()).to.have.length(1);
  });

  it('alternates per shop and ends true, however gateways and three watches meet', async () => {
    const shops = Array.from({ length: 12 }, (_, index) => `s${index}`);
    await open(...shops);
    const gateways = [gateway, randomUUID(), randomUUID()];
    await Promise.all(gateways.slice(1).map((id) => leases.begin(id)));
    await write(Object.fromEntries(shops.map((shop) => [shop, true])));
    watch(3);
    const held = new Map(gateways.map((id) => [id, new Set(id === gateway ? shops : [])]));
    let isDone = false;
    const toggle = async (id: string) => {
      while (!isDone) {
        const own = held.get(id) ?? new Set();
        const edges: Record<string, boolean> = {};
        for (const shop of shops) {
          if (Math.random() < 0.9) continue;
          edges[shop] = !own.has(shop);
          if (!own.delete(shop)) own.add(shop);
        }
        expect(await write(edges, id)).to.equal(true);
        await query('SELECT pg_sleep(0.03)');
      }
    };
    const ageing = (async () => {
      while (!isDone) await elapseOfFree(20);
    })();
    const toggling = gateways.map(toggle);
    await eventually(async () => expect((await reports()).length).to.be.above(24), 45_000);
    isDone = true;
    await Promise.all([ageing, ...toggling]);
    await elapse(GRACE + 5);
    const silentNow = shops.filter((shop) => [...held.values()].every((own) => !own.has(shop)));
    await eventually(async () => expect(await deafShops()).to.deep.equal(silentNow.toSorted()), 20_000);
    await stopAll();
    const all = await reports();
    for (const shop of shops) {
      const keys = all.filter((row) => row.shop === shop).map(({ key }) => key);
      expect(keys).to.deep.equal(keys.map((_, index) => (index % 2 === 0 ? 'shop.deaf' : 'shop.hearing')));
      expect(keys.at(-1) === 'shop.deaf').to.equal(silentNow.includes(shop));
    }
  });

  it('takes thousands of shops that go at once in batches of a few statements each', async function () {
    this.timeout(300_000);
    const count = Number(process.env.TEST_DEAF_SHOPS ?? 5_000);
    const batch = 1_000;
    await query(`INSERT INTO shops (id) SELECT 's' || n FROM generate_series(1, $1) n`, [count]);
    await query("UPDATE gateways SET lapses_at = clock_timestamp() + interval '1 hour'");
    for (let from = 1; from <= count; from += batch) {
      await write(
        Object.fromEntries(Array.from({ length: batch }, (_, index) => [`s${from + index}`, true])),
      );
    }
    await elapse(5);
    await query('UPDATE gateways SET lapses_at = clock_timestamp()');
    await query('UPDATE deaf_watch SET looked_at = clock_timestamp()');
    const counted = countingPool(database.url);
    const watching = startDeafWatch({ ...parts, pool: counted.pool, everyMs: 1_000 });
    const phase = async (what: string, isOver: () => Promise<unknown>) => {
      const began = performance.now();
      const before = counted.statements();
      await eventually(isOver, 120_000);
      const statements = counted.statements() - before;
      const ms = Math.round(performance.now() - began);
      if (process.env.TEST_DEAF_SHOPS)
        console.log(`${what}: ${count} shops, ${statements} statements, ${ms} ms`);
      expect(statements, what).to.be.below((count / batch) * 15 + 200);
    };
    const counts = async (text: string, expected: number) =>
      expect((await query<{ count: number }>(text))[0]?.count).to.equal(expected);
    const isNone = async (text: string) =>
      expect((await query<{ some: boolean }>(`SELECT EXISTS (${text}) AS some`))[0]?.some).to.equal(false);
    const due = 'SELECT FROM silent_shops WHERE due_at <= statement_timestamp()';
    try {
      await phase('rows of the lapsed gateway removed', () => isNone('SELECT FROM hearing'));
      await elapse(6);
      await phase('looked at for the first time', () => isNone(due));
      await elapse(GRACE);
      await phase('reported', () => isNone(due));
      await counts('SELECT count(*)::int AS count FROM shops WHERE deaf_since IS NOT NULL', count);
      await counts(`SELECT count(DISTINCT body::jsonb ->> 'shopId')::int AS count FROM bell_outbox`, count);
      await counts('SELECT count(*)::int AS count FROM bell_outbox', count);
      await counts('SELECT count(*)::int AS count FROM deliveries', count);
      expect(
        await query("SELECT resumed_at < clock_timestamp() - interval '1 hour' AS old FROM deaf_watch"),
      ).to.deep.equal([{ old: true }]);
    } finally {
      await watching.stop();
      await counted.pool.end();
    }
  });

  async function append(shopId: string, count: number): Promise<void> {
    await appendNotifications(
      database.pool,
      Array.from({ length: count }, (_, index) => ({
        shopId,
        eventId: `${shopId}-${index}`,
        type: 1 as const,
        orderId: index + 1,
        content: 'x',
        occurredAt: '2025-03-06T17:14:35.000Z',
      })),
    );
  }
});

/** A pool that counts the statements of all its connections. */
function countingPool(url: string) {
  let count = 0;
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('connect', (client) => {
    client.query = new Proxy(client.query, {
      apply(target, self, args) {
        count++;
        return Reflect.apply(target, self, args);
      },
    });
  });
  return { pool, statements: () => count };
}
