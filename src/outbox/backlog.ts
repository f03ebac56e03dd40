/** What waits in an outbox, for the metrics. Guarantees that looking is cheap, however much waits. */

import type { Queryable } from '../platform/postgres.ts';
import type { OutboxTable } from './claim.ts';

export interface Backlog {
  /** Counted up to `COUNTED_ROWS`. */
  rows: number;
  /** The age of the oldest row; 0 if there is none. */
  oldestSeconds: number;
}

/** After hours without a broker there are millions: counting them would take long and change no decision. */
const COUNTED_ROWS = 100_000;

export async function readBacklog(pool: Queryable, table: OutboxTable): Promise<Backlog> {
  const { rows } = await pool.query<{ rows: number; oldest_seconds: number | null }>({
    name: `read-backlog-${table}`,
    text: `SELECT (SELECT count(*)::int FROM (SELECT FROM ${table} LIMIT $1) counted) AS rows,
             (SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float8
              FROM ${table} ORDER BY id LIMIT 1) AS oldest_seconds`,
    values: [COUNTED_ROWS],
  });
  return { rows: rows[0]?.rows ?? 0, oldestSeconds: Math.max(0, rows[0]?.oldest_seconds ?? 0) };
}
