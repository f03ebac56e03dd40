/** The engine against a real Postgres: each step once, whoever decides it, and none after the acknowledgement. */

import { expect } from 'chai';
import pg from 'pg';
import type { EscalationPolicy } from '../../../src/domain/escalation-policy.ts';
import { claimDue, untilNextDue } from '../../../src/escalation/engine/claim.ts';
import { type Engine, type EngineOptions, startEngine } from '../../../src/escalation/engine/engine.ts';
import { removeOldSteps } from '../../../src/escalation/engine/retention.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPool } from '../../../src/platform/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const silent = createLogger('silent');

const POLICY: EscalationPolicy = {
  steps: [
    { afterSeconds: 60, when: 'unheard', targets: ['platform'] },
    { afterSeconds: 120, when: 'unacknowledged', targets: ['owner', 'platform'] },
  ],
  repeat: { fromStep: 2, everySeconds: 60, times: 1 },
  expireAfterSeconds: 600,
};

describe('the engine of escalations', () => {
  let database: TestDatabase;
  let engines: Engine[] = [];
  before(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    engines = [];
    await database.pool.query(`
      DROP TRIGGER IF EXISTS refuse ON escalation_steps;
      TRUNCATE shops, notifications, receipts, escalations, escalation_steps, escalation_policies, escalation_default,
        deliveries, bell_outbox, hearing, gateways, progress CASCADE`);
  });
  after(() => database.drop());

  const query = async (text: string, values: unknown[] = []) =>
    (await database.pool.query(text, values)).rows;

  async function makePolicy(body: unknown = POLICY): Promise<number> {
    const [row] = await query(
      `INSERT INTO escalation_policies (body, first_after_seconds, first_when) VALUES ($1, 60, 'unheard')
       RETURNING id::int`,
      [JSON.stringify(body)],
    );
    return row?.id;
  }

  /** Notifications 1 to `count` of a shop, logged so many seconds ago, with the first step due by its time. */
  async function open(shop: string, count: number, secondsAgo: number, policyId: number): Promise<void> {
    await query('INSERT INTO shops (id, head) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET head = $2', [
      shop,
      count,
    ]);
    await query(
      `INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
       SELECT $1, n, $1 || '-' || n, 1, n, 'order ' || n, '2025-03-06T09:14:35.000Z' FROM generate_series(1, $2) n`,
      [shop, count],
    );
    await query(
      `INSERT INTO escalations (shop_id, seq, policy_id, started_at, due_at)
       SELECT $1, n, $4, t.at, t.at + interval '60 s' FROM generate_series(1, $2) n,
         (SELECT clock_timestamp() - make_interval(secs => $3) AS at) t`,
      [shop, count, secondsAgo, policyId],
    );
  }

  function run(options: Partial<EngineOptions> = {}): Engine {
    const engine = startEngine({
      pool: database.pool,
      onFired() {},
      observe: { fired() {}, expired() {}, postponed() {} },
      logger: silent,
      ...options,
    });
    engines.push(engine);
    return engine;
  }

  const steps = () =>
    query(
      'SELECT shop_id, seq::int, cycle, step, condition, presence FROM escalation_steps ORDER BY 1, 2, 3, 4',
    );

  it('fires a step that is due, with its event and a delivery for each target, and moves on', async () => {
    await open('corner', 1, 121, await makePolicy());
    await query("UPDATE escalations SET step = 2, due_at = started_at + interval '120 s'");
    const fired: unknown[] = [];
    run({ onFired: (list, at) => fired.push([list.map(({ targets }) => targets), at instanceof Date]) });
    await eventually(async () => expect(await steps()).to.have.length(1));
    expect(await steps()).to.deep.equal([
      { shop_id: 'corner', seq: 1, cycle: 0, step: 2, condition: 'unacknowledged', presence: 'silent' },
    ]);
    const data = {
      shopId: 'corner',
      seq: 1,
      eventId: 'corner-1',
      type: 1,
      orderId: 1,
      content: 'order 1',
      occurredAt: '2025-03-06T09:14:35.000Z',
      step: 2,
      cycle: 0,
      when: 'unacknowledged',
      presence: 'silent',
    };
    const [event, ...others] = await query('SELECT routing_key, event_id, body::json FROM bell_outbox');
    expect(others).to.deep.equal([]);
    expect(event).to.deep.include({
      routing_key: 'notification.escalated',
      body: { ...data, targets: ['owner', 'platform'] },
    });
    const deliveries = await query(
      `SELECT target, type, event_id, body::json, state,
         extract(epoch FROM expires_at - (SELECT started_at FROM escalations))::int AS expires_after
       FROM deliveries ORDER BY target`,
    );
    expect(deliveries.map(({ target }) => target)).to.deep.equal(['owner', 'platform']);
    for (const { type, event_id, body, state, expires_after } of deliveries) {
      expect([type, event_id, state]).to.deep.equal(['notification.escalated', event?.event_id, 'pending']);
      expect(body).to.deep.include({ type: 'notification.escalated', data });
      expect(expires_after).to.be.within(599, 600);
    }
    const [next] = await query(
      'SELECT cycle, step, extract(epoch FROM due_at - started_at)::int AS after FROM escalations',
    );
    expect(next).to.deep.equal({ cycle: 1, step: 2, after: 180 });
    expect(fired).to.deep.equal([[[['owner', 'platform']], true]]);
  });

  it('fires after a downtime only the newest step that is due, and nothing after the expiry', async () => {
    const policyId = await makePolicy();
    await open('down', 1, 130, policyId);
    await open('gone', 1, 601, policyId);
    let expired = 0;
    run({
      observe: {
        fired() {},
        postponed() {},
        expired(count) {
          expired += count;
        },
      },
    });
    await eventually(async () => expect(await steps()).to.have.length(1));
    await eventually(async () => expect(await query('SELECT FROM escalations')).to.have.length(1));
    expect((await steps())[0]).to.include({ shop_id: 'down', step: 2 });
    const [event] = await query(
      "SELECT body::json AS body, event_id FROM bell_outbox WHERE routing_key = 'notification.expired'",
    );
    expect(event?.body).to.deep.include({
      eventId: event?.event_id,
      shopId: 'gone',
      seq: 1,
      type: 1,
      orderId: 1,
      content: 'order 1',
    });
    const rows = await query('SELECT shop_id FROM notifications WHERE expired_at IS NOT NULL');
    expect(rows).to.deep.equal([{ shop_id: 'gone' }]);
    expect(expired).to.equal(1);
  });

  it('passes over a step unheard where it was spoken and a session can sound', async () => {
    const policyId = await makePolicy();
    for (const shop of ['heard', 'mute', 'left', 'unspoken', 'deaf']) await open(shop, 2, 61, policyId);
    await query(`
      INSERT INTO gateways VALUES ('00000000-0000-4000-8000-000000000001', clock_timestamp() + interval '15 s'),
        ('00000000-0000-4000-8000-000000000002', clock_timestamp() - interval '1 s');
      INSERT INTO hearing (gateway_id, shop_id) SELECT '00000000-0000-4000-8000-000000000001', s
        FROM unnest('{heard,unspoken}'::text[]) s;
      INSERT INTO hearing (gateway_id, shop_id) VALUES ('00000000-0000-4000-8000-000000000002', 'left');
      INSERT INTO progress (shop_id, kind, seq, sid) SELECT s, 'spoken', 2, 't' FROM unnest('{heard,mute,left,deaf}'::text[]) s;
      INSERT INTO progress (shop_id, kind, seq, sid) VALUES ('unspoken', 'seen', 2, 't'), ('unspoken', 'spoken', 1, 't');
      UPDATE shops SET deaf_since = clock_timestamp() WHERE id = 'deaf'`);
    run();
    await eventually(async () =>
      expect(await query('SELECT FROM escalations WHERE step = 1')).to.have.length(0),
    );
    const reached = (await steps()).map(({ shop_id, seq, presence }) => `${shop_id} ${seq} ${presence}`);
    expect(reached).to.have.members([
      ...['mute 1 silent', 'mute 2 silent', 'left 1 silent', 'left 2 silent'],
      ...['unspoken 2 hearing', 'deaf 1 deaf', 'deaf 2 deaf'],
    ]);
  });

  it('removes the row of a notification that retention has removed', async () => {
    await open('old', 1, 61, await makePolicy());
    await query('DELETE FROM notifications');
    run();
    await eventually(async () => expect(await query('SELECT FROM escalations')).to.have.length(0));
    expect(await steps()).to.deep.equal([]);
  });

  it('decides each step once, with three engines on one database of which one loses its connections', async () => {
    const policyId = await makePolicy();
    for (let shop = 0; shop < 20; shop++) await open(`s${shop}`, 200, 61, policyId);
    const pools = [0, 1, 2].map(
      (n) => new pg.Pool({ connectionString: database.url, application_name: `e${n}` }),
    );
    for (const pool of pools) pool.on('error', () => {});
    // Each engine is held in the middle of its transaction, so that there is one to kill.
    const holder = await database.pool.connect();
    await holder.query('BEGIN; LOCK TABLE escalation_steps IN SHARE MODE');
    for (const pool of pools) run({ pool });
    await eventually(async () => {
      const [killed] = await query(
        `SELECT count(pg_terminate_backend(pid))::int AS killed FROM pg_stat_activity
         WHERE application_name = 'e1' AND wait_event_type = 'Lock' AND datname = current_database()`,
      );
      expect(killed?.killed).to.be.greaterThan(0);
    });
    await holder.query('COMMIT');
    holder.release();
    await eventually(async () =>
      expect(await query('SELECT FROM escalations WHERE step = 1')).to.have.length(0),
    );
    expect(await steps()).to.have.length(4_000);
    const [counts] = await query(
      `SELECT (SELECT count(*)::int FROM bell_outbox) AS events, (SELECT count(DISTINCT event_id)::int FROM bell_outbox) AS ids,
         (SELECT count(*)::int FROM deliveries) AS deliveries`,
    );
    expect(counts).to.deep.equal({ events: 4_000, ids: 4_000, deliveries: 4_000 });
    await Promise.all(engines.map((engine) => engine.stop()));
    await Promise.all(pools.map((pool) => pool.end()));
  }).timeout(30_000);

  it('goes on once Postgres is there again', async () => {
    const proxy = await startTcpProxy(database.url);
    const pool = createPool({ url: proxy.url, poolSize: 2, connectSeconds: 2, statementSeconds: 5 }, silent);
    try {
      run({ pool });
      await open('before', 1, 61, await makePolicy());
      await eventually(async () => expect(await steps()).to.have.length(1));
      proxy.cut();
      await open('meanwhile', 1, 61, await makePolicy());
      await eventually(() => expect(proxy.refused()).to.be.greaterThan(0));
      expect(await steps()).to.have.length(1);
      proxy.restore();
      await eventually(async () => expect(await steps()).to.have.length(2));
    } finally {
      await Promise.all(engines.map((engine) => engine.stop()));
      await pool.end();
      await proxy.close();
    }
  }).timeout(20_000);

  it('finds what is due by an index, however many are open', async () => {
    await open('busy', 20_000, 0, await makePolicy());
    await query('ANALYZE');
    let text = '';
    const spy = {
      query(asked: { text: string }) {
        text = asked.text;
        return Promise.resolve({ rows: [] });
      },
    };
    await claimDue(spy as never, 500);
    const plan = (await query(`EXPLAIN ${text}`)).map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).to.contain('Index Scan using escalations_due').and.contain('notifications_pkey');
    expect(plan).not.to.match(/Seq Scan on (escalations|notifications)/);
  }).timeout(20_000);

  it('decides nothing once an acknowledgement has committed, and an acknowledgement waits for a decision', async () => {
    await open('race', 2, 61, await makePolicy());
    const [deciding, acking] = [await database.pool.connect(), await database.pool.connect()];
    try {
      // Under way: the acknowledgement of 1 holds its row.
      await acking.query("BEGIN; DELETE FROM escalations WHERE shop_id = 'race' AND seq = 1");
      await deciding.query('BEGIN');
      const { due } = await claimDue(deciding, 500);
      expect(due.map(({ seq }) => seq)).to.deep.equal([2]);
      await acking.query('COMMIT');
      // The other way about: the acknowledgement of 2 has to wait.
      let isThrough = false;
      const ack = acking.query("DELETE FROM escalations WHERE shop_id = 'race' AND seq = 2").then(() => {
        isThrough = true;
      });
      await eventually(async () => {
        const waiting = await query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        expect(waiting).to.have.length(1);
      });
      expect(isThrough).to.equal(false);
      await deciding.query('COMMIT');
      await ack;
      expect((await claimDue(deciding, 500)).due).to.deep.equal([]);
    } finally {
      deciding.release();
      acking.release();
    }
  });

  it('puts off what has a policy that cannot be read, and goes on with the others', async () => {
    const broken = await makePolicy({ steps: 'none' });
    await open('broken', 1, 61, broken);
    await open('ancient', 1, 3 * 86_400, broken);
    await open('good', 1, 61, await makePolicy());
    let postponed = 0;
    run({
      observe: {
        fired() {},
        expired() {},
        postponed(count) {
          postponed += count;
        },
      },
    });
    await eventually(async () => expect(await steps()).to.have.length(1));
    expect((await steps())[0]).to.include({ shop_id: 'good' });
    const [row] = await query(
      "SELECT step, due_at > clock_timestamp() + interval '50 s' AS later FROM escalations WHERE shop_id = 'broken'",
    );
    expect(row).to.deep.equal({ step: 1, later: true });
    expect(postponed).to.equal(1);
    const expired = await query('SELECT shop_id FROM notifications WHERE expired_at IS NOT NULL');
    expect(expired, 'no policy lets one escalate for two days').to.deep.equal([{ shop_id: 'ancient' }]);
  });

  it('puts off the one that cannot be written, and goes on with the others', async () => {
    await open('many', 30, 61, await makePolicy());
    await query(`
      CREATE OR REPLACE FUNCTION refuse_17() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.seq = 17 THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON escalation_steps FOR EACH ROW EXECUTE FUNCTION refuse_17()`);
    run();
    await eventually(async () => expect(await steps()).to.have.length(29));
    const rows = await query(
      "SELECT seq::int FROM escalations WHERE step = 1 AND due_at > clock_timestamp() + interval '50 s'",
    );
    expect(rows).to.deep.equal([{ seq: 17 }]);
  }).timeout(20_000);

  it('goes on by the policy with which a notification was logged, also where its targets are configured no more', async () => {
    const [first] = POLICY.steps;
    const body = { steps: [{ ...first, targets: ['left'] }], expireAfterSeconds: 600 };
    await open('kept', 1, 61, await makePolicy(body));
    run();
    await eventually(async () =>
      expect(await query('SELECT target FROM deliveries')).to.deep.equal([{ target: 'left' }]),
    );
  });

  it('knows how long it is until the next one is due, and wakes for it', async () => {
    expect(await untilNextDue(database.pool)).to.equal(undefined);
    await open('soon', 1, 58, await makePolicy());
    expect(await untilNextDue(database.pool)).to.be.within(1, 2_000);
    const late: number[] = [];
    run({
      observe: {
        expired() {},
        postponed() {},
        fired(_, lateSeconds) {
          late.push(lateSeconds);
        },
      },
    });
    await eventually(async () => expect(await steps()).to.have.length(1));
    expect(late).to.have.length(1);
    await query("UPDATE escalations SET due_at = clock_timestamp() - interval '1 s'");
    expect(await untilNextDue(database.pool)).to.equal(0);
  });
});

describe('the steps that were decided', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  it('are removed after their time, by the clock of Postgres, however many they are', async () => {
    await database.pool.query(
      `INSERT INTO escalation_steps (shop_id, seq, cycle, step, policy_id, condition, targets, presence, due_at, decided_at)
       SELECT 'corner', n, 0, 1, 1, 'unheard', '{platform}', 'silent', now(),
         clock_timestamp() - CASE WHEN n <= 25 THEN interval '30 days 1 minute' ELSE interval '29 days 23 hours' END
       FROM generate_series(1, 30) n`,
    );
    const { signal } = new AbortController();
    expect(await removeOldSteps(database.pool, { days: 30, batch: 10, signal })).to.equal(25);
    const { rows } = await database.pool.query(
      'SELECT min(seq)::int AS first, count(*)::int AS count FROM escalation_steps',
    );
    expect(rows).to.deep.equal([{ first: 26, count: 5 }]);
    expect(await removeOldSteps(database.pool, { days: 0, batch: 10, signal: AbortSignal.abort() })).to.equal(
      0,
    );
  });
});
