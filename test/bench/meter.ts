/** What a while cost: processor time by role and server, what Postgres wrote, and by how much its tables grew. */

import pg from 'pg';
import { cpuSeconds, cpuSecondsOfAll } from './commands.ts';
import type { World } from './world.ts';

/** By the name of the role or server. */
export type Spent = Record<string, number>;

/** Begins now. The answer is in processor seconds; a server that the run did not start itself is not among them. */
export function startMeter(world: World, processes: Record<string, { pid: number }>): () => Spent {
  const read = (): Spent => ({
    ...Object.fromEntries(Object.entries(processes).map(([name, { pid }]) => [name, cpuSeconds(pid)])),
    Postgres: cpuSecondsOfAll(world.serverPids.postgres),
    RabbitMQ: cpuSecondsOfAll(world.serverPids.rabbitmq),
  });
  const before = read();
  return () =>
    Object.fromEntries(Object.entries(read()).map(([name, now]) => [name, now - (before[name] ?? 0)]));
}

export interface Grown {
  /** Write-ahead log, of the whole server. */
  walBytes: number;
  tables: { name: string; rows: number; bytes: number }[];
}

/** Looks at the database now, and once more when it is called. */
export async function startGrowth(databaseUrl: string): Promise<() => Promise<Grown>> {
  const before = await look(databaseUrl);
  return async () => {
    const now = await look(databaseUrl);
    const tables = now.tables.map(({ name, rows, bytes }) => {
      const earlier = before.tables.find((table) => table.name === name);
      return { name, rows: rows - (earlier?.rows ?? 0), bytes: bytes - (earlier?.bytes ?? 0) };
    });
    return { walBytes: now.walBytes - before.walBytes, tables };
  };
}

/** With their indexes. */
const TABLES = `SELECT relname AS name, pg_total_relation_size(oid)::float8 AS bytes FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`;

async function look(connectionString: string): Promise<Grown> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const wal = await client.query("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 AS bytes");
    const { rows: tables } = await client.query<{ name: string; bytes: number }>(TABLES);
    const counted = [];
    for (const table of tables) {
      const { rows } = await client.query(`SELECT count(*)::float8 AS rows FROM ${table.name}`);
      counted.push({ ...table, rows: rows[0].rows });
    }
    return { walBytes: wal.rows[0].bytes, tables: counted };
  } finally {
    await client.end();
  }
}
