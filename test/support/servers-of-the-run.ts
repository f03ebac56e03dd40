/** Where this run's servers are. Asked for in `before`, never at import: they start once a run, before the first test. */

import { randomBytes } from 'node:crypto';
import amqplib, { type ChannelModel } from 'amqplib';
import pg from 'pg';
import { migrateUp } from '../../db/migrate.ts';
import { type Topology, topologyNames } from '../../src/broker/topology.ts';

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: the servers of the run were not started`);
  return value;
}

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  /** Ends the pool and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of its own, migrated unless told otherwise. */
export async function createDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const adminUrl = fromEnvironment('TEST_DATABASE_URL');
  await asAdmin(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  if (migrated) await migrateUp(url.href);
  const pool = new pg.Pool({ connectionString: url.href, max: 20 });
  pool.on('error', () => {}); // tests cut connections on purpose
  return {
    url: url.href,
    pool,
    async drop() {
      await pool.end();
      await asAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export interface TestBroker {
  url: string;
  /** Goes before every name, so that files share the broker without meeting. */
  prefix: string;
  names: Topology;
  /** A connection for the test's own doings. */
  connection: ChannelModel;
  /** Deletes what was declared under the prefix and closes the connection. */
  drop(): Promise<void>;
}

export async function createBroker(): Promise<TestBroker> {
  const url = fromEnvironment('TEST_AMQP_URL');
  const prefix = `test-${randomBytes(6).toString('hex')}.`;
  const names = topologyNames(prefix);
  const connection = await amqplib.connect(url);
  return {
    url,
    prefix,
    names,
    connection,
    async drop() {
      const channel = await connection.createChannel();
      for (const queue of [names.notifications, names.deadLetters, names.pulse]) {
        await channel.deleteQueue(queue);
      }
      for (const exchange of [names.orders, names.deadLetterExchange, names.announcements]) {
        await channel.deleteExchange(exchange);
      }
      await connection.close();
    },
  };
}
