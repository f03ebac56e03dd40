/**
 * The engine of escalations: how late a step is decided, and how many a second, with few and with very many notifications
 * open; and what a step takes on disk. Rows are inserted by SQL, and a receiver of webhooks answers at once.
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const DUE = 10_000;
const OVER_SECONDS = 60;
/** By then the statement that makes them due is over. */
const FIRST_AFTER_SECONDS = 2;
const A_SHOP = 100;

const POLICY = {
  steps: [{ afterSeconds: 3_600, when: 'unacknowledged', targets: ['platform'] }],
  expireAfterSeconds: 86_400,
};

export const escalation: Case = {
  name: 'escalation',
  async run(world) {
    const figures = createFigures('escalation');
    for (const open of world.pick([DUE], [DUE, 1_000_000])) {
      const load = `${open.toLocaleString('en')} open`;
      for (let repetition = 0; repetition < world.repetitions; repetition++) {
        world.say(`escalation, ${load}`);
        const { p50, p99, perSecond, stepBytes, deliveryBytes } = await measure(world, open);
        const spread = `${load}, ${DUE.toLocaleString('en')} due within a minute`;
        figures.add(`${spread}, lateness p50`, 'Orderbell', 'ms', p50);
        figures.add(`${spread}, lateness p99`, 'Orderbell', 'ms', p99);
        figures.add(`${load}, ${DUE.toLocaleString('en')} due at once`, 'Orderbell', 'steps/s', perSecond);
        figures.add(`${load}, a step on disk`, 'Orderbell', 'bytes', stepBytes);
        figures.add(`${load}, a delivery on disk`, 'Orderbell', 'bytes', deliveryBytes);
      }
    }
    return figures.all;
  },
};

function measure(world: World, open: number) {
  return onStage(world, async (stage) => {
    const { env } = await stage.tenant();
    const pool = new pg.Pool({ connectionString: env.DATABASE_URL });
    pool.on('error', () => {}); // the database is dropped at the end
    const receiver = await startReceiver();
    try {
      await insertOpen(pool, open);
      await stage.bell({ roles: 'escalator', env: { ...env, ...targetsOf(receiver) } });
      await makeDue(pool, OVER_SECONDS);
      await untilDecided(pool, DUE);
      const late = await latenessOf(pool);
      const perSecond = await burst(pool, open);
      return { ...late, perSecond, ...(await sizes(pool)) };
    } finally {
      receiver.close();
      receiver.closeAllConnections();
      await pool.end();
    }
  });
}

async function startReceiver(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function targetsOf(receiver: Server): Record<string, string> {
  const { port } = receiver.address() as AddressInfo;
  const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
  const platform = { kind: 'webhook', url: `http://127.0.0.1:${port}/`, secret };
  return {
    ESCALATION_TARGETS: JSON.stringify({ platform }),
    ESCALATION_ALLOW_PRIVATE_TARGETS: 'true',
  };
}

/** All are due in an hour. */
async function insertOpen(pool: pg.Pool, open: number): Promise<void> {
  const { rows } = await pool.query(
    `INSERT INTO escalation_policies (body, first_after_seconds, first_when)
     VALUES ($1, 3600, 'unacknowledged') RETURNING id`,
    [JSON.stringify(POLICY)],
  );
  const shops = Math.ceil(open / A_SHOP);
  await pool.query(
    `INSERT INTO shops (id, head, policy_id) SELECT 'shop-' || n, $2, $3 FROM generate_series(0, $1 - 1) n`,
    [shops, A_SHOP, rows[0]?.id],
  );
  await pool.query(
    `INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
     SELECT 'shop-' || n % $2, n / $2 + 1, gen_random_uuid(), 1, n + 1, '订单号： 2025030617143500001', now()
     FROM generate_series(0, $1 - 1) n`,
    [open, shops],
  );
  await pool.query(
    `INSERT INTO escalations (shop_id, seq, policy_id, started_at, due_at)
     SELECT 'shop-' || n % $2, n / $2 + 1, $3, due.at - interval '1 hour', due.at
     FROM generate_series(0, $1 - 1) n, LATERAL (
       SELECT clock_timestamp() + make_interval(secs => 3600 + random() * 600) AS at
     ) due`,
    [open, shops, rows[0]?.id],
  );
  await pool.query('VACUUM ANALYZE');
}

async function untilDecided(pool: pg.Pool, count: number): Promise<void> {
  for (;;) {
    const { rows } = await pool.query('SELECT count(*)::int AS count FROM escalation_steps');
    if (rows[0]?.count >= count) return;
    await pause(500);
  }
}

async function latenessOf(pool: pg.Pool): Promise<{ p50: number; p99: number }> {
  const { rows } = await pool.query(
    `SELECT (1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY late))::float8 AS p50,
       (1000 * percentile_cont(0.99) WITHIN GROUP (ORDER BY late))::float8 AS p99
     FROM (SELECT extract(epoch FROM decided_at - due_at) AS late FROM escalation_steps) steps`,
  );
  return rows[0];
}

/** As many as are to be due, each at random within so many seconds: those that no step has fired for. */
async function makeDue(pool: pg.Pool, overSeconds: number): Promise<void> {
  await pool.query(
    `UPDATE escalations e SET due_at = due.at, step = 1, cycle = 0, started_at = due.at - interval '1 hour'
     FROM (
       SELECT o.shop_id, o.seq, clock_timestamp() + make_interval(secs => $2 + random() * $3) AS at
       FROM escalations o WHERE NOT EXISTS (
         SELECT FROM escalation_steps s WHERE s.shop_id = o.shop_id AND s.seq = o.seq) LIMIT $1
     ) due WHERE e.shop_id = due.shop_id AND e.seq = due.seq`,
    [DUE, FIRST_AFTER_SECONDS, overSeconds],
  );
}

/** Where all were decided before, the same ones from the beginning. */
async function burst(pool: pg.Pool, open: number): Promise<number> {
  if (open === DUE) await pool.query('TRUNCATE escalation_steps, deliveries');
  const { rows: before } = await pool.query('SELECT count(*)::int AS count FROM escalation_steps');
  await makeDue(pool, 0);
  await untilDecided(pool, before[0]?.count + DUE);
  const { rows } = await pool.query(
    `SELECT count(*) / extract(epoch FROM max(decided_at) - min(decided_at))::float8 AS rate
     FROM (SELECT decided_at FROM escalation_steps ORDER BY decided_at DESC LIMIT $1) newest`,
    [DUE],
  );
  return rows[0]?.rate;
}

async function sizes(pool: pg.Pool): Promise<{ stepBytes: number; deliveryBytes: number }> {
  await pool.query('VACUUM');
  const { rows } = await pool.query(
    `SELECT pg_total_relation_size('escalation_steps')::float8 / (SELECT count(*) FROM escalation_steps) AS "stepBytes",
       pg_total_relation_size('deliveries')::float8 / (SELECT count(*) FROM deliveries) AS "deliveryBytes"`,
  );
  return rows[0];
}
