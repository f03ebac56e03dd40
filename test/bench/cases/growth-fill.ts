/** A log as it is after 40 days: filled by SQL, its indexes built at the end. */

import pg from 'pg';

export const SHOPS = 10_000;
const DAYS = 40;
/** Rows of one statement. */
const CHUNK = 500_000;

export interface FilledLog {
  pool: pg.Pool;
  end(): Promise<void>;
}

export async function fillLog(url: string, rows: number, say: (line: string) => void): Promise<FilledLog> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => {}); // the database is dropped at the end
  const indexes = await takeIndexes(pool);
  await pool.query(`INSERT INTO shops (id, head) SELECT 'shop-' || n, $2 FROM generate_series(0, $1 - 1) n`, [
    SHOPS,
    Math.floor(rows / SHOPS),
  ]);
  const whole = Math.floor(rows / SHOPS) * SHOPS;
  for (let from = 0; from < whole; from += CHUNK) {
    say(`filling the log, ${from.toLocaleString('en')} rows`);
    await pool.query(
      `INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, stored_at)
       SELECT 'shop-' || n % $4, n / $4 + 1, gen_random_uuid(), 1, n + 1, '订单号： 2025030617143500001', at, at
       FROM generate_series($1::bigint, $2::bigint - 1) n,
         LATERAL (SELECT now() - interval '${DAYS} days' * (1 - n::float8 / $3) AS at) t`,
      [from, Math.min(from + CHUNK, whole), whole, SHOPS],
    );
  }
  for (const statement of indexes) {
    say(statement);
    await pool.query(statement);
  }
  await pool.query('VACUUM ANALYZE notifications');
  await pool.query('VACUUM ANALYZE shops');
  return { pool, end: () => pool.end() };
}

/** Drops all but the primary key, to which others refer; resolves with what makes them again. */
async function takeIndexes(pool: pg.Pool): Promise<string[]> {
  const { rows: constraints } = await pool.query<{ name: string; definition: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = 'notifications'::regclass AND contype = 'u'`,
  );
  for (const { name } of constraints) await pool.query(`ALTER TABLE notifications DROP CONSTRAINT ${name}`);
  const { rows: indexes } = await pool.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename = 'notifications' AND indexname <> 'notifications_pkey'`,
  );
  for (const { name } of indexes) await pool.query(`DROP INDEX ${name}`);
  return [
    ...constraints.map(
      ({ name, definition }) => `ALTER TABLE notifications ADD CONSTRAINT ${name} ${definition}`,
    ),
    ...indexes.map(({ definition }) => definition),
  ];
}
