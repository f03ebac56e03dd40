/** Whether a pooler in between gives each transaction another session: prepared statements and settings would be lost. */

import type pg from 'pg';
import { type Finding, fail } from './finding.ts';

/** A busy pooler may give a session back to the client that had it, by chance. */
const ROUNDS = 5;

/** Undefined where two clients keep a session of the server each, as without a pooler or in session mode. */
export async function examinePooler(pool: pg.Pool): Promise<Finding | undefined> {
  const one = await pool.connect();
  try {
    const other = await pool.connect();
    try {
      for (let round = 0; round < ROUNDS; round++) {
        if (await isShared(one, other)) return POOLED;
      }
      return undefined;
    } finally {
      other.release();
    }
  } finally {
    one.release();
  }
}

const POOLED = fail(
  'pooler',
  'a pooler in transaction mode stands in between: the worker cannot append',
  'set pool_mode = session for our database, or go to Postgres directly',
);

/** While `other` holds a transaction open, `one` must have the session that it had before, and for itself. */
async function isShared(one: pg.PoolClient, other: pg.PoolClient): Promise<boolean> {
  const before = await sessionOf(one);
  await other.query('BEGIN');
  const others = await sessionOf(other);
  const after = await sessionOf(one);
  await other.query('ROLLBACK');
  return others === before || after !== before;
}

async function sessionOf(client: pg.PoolClient): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
