/**
 * Whether a server really answers: a login and a question in its own protocol, since a port that Docker publishes
 * accepts connections long before the server behind it does.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'amqplib';
import pg from 'pg';

export type ServerName = 'postgres' | 'rabbitmq';

/** Resolves with the version of the server at `url`, or rejects with why it did not answer. */
export function askVersion(name: ServerName, url: string): Promise<string> {
  return name === 'postgres' ? askPostgres(url) : askRabbitmq(url);
}

async function askPostgres(url: string): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  client.on('error', () => {}); // the query that it breaks rejects
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
  } finally {
    await client.end().catch(() => {});
  }
}

async function askRabbitmq(url: string): Promise<string> {
  const connection = await connect(url, { timeout: 3_000 });
  connection.on('error', () => {}); // `close` comes too, and nothing is under way
  try {
    const { version } = connection.connection.serverProperties;
    return typeof version === 'string' ? version : 'unknown';
  } finally {
    await connection.close().catch(() => {});
  }
}

/** A wrong password does not become right by waiting. SQLSTATE class 28, AMQP 403. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof pg.DatabaseError) return error.code?.startsWith('28') ?? false;
  return /ACCESS[-_]REFUSED/.test(error.message);
}

export interface UntilOptions {
  seconds: number;
  everyMs: number;
  signal?: AbortSignal | undefined;
  /** Ends the waiting with what it throws; called before each attempt. */
  stillPossible?: () => void | Promise<void>;
}

/** Resolves with the first success of `attempt`; rejects with its last error after `seconds`. */
export async function until<T>(attempt: () => Promise<T>, options: UntilOptions): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  for (;;) {
    options.signal?.throwIfAborted();
    await options.stillPossible?.();
    try {
      return await attempt();
    } catch (error) {
      if (isRefusal(error) || Date.now() > deadline) throw error;
      await delay(options.everyMs);
    }
  }
}
