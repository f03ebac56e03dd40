/** Whether Postgres is there, has our schema, lets us work, and keeps what it has committed. */

import type pg from 'pg';
import { readSchemaState, schemaFault } from '../../../db/migrate.ts';
import type { Config } from '../../config/config.ts';
import { readBacklog } from '../../outbox/backlog.ts';
import { messageOf } from '../../platform/errors.ts';
import { isUnavailable, sqlStateOf } from '../../platform/postgres.ts';
import { locationOf } from '../../platform/url-list.ts';
import { withDatabase } from '../with-database.ts';
import { type Finding, fail, LOOK_MS, type Look, ok, takeLooks, warn } from './finding.ts';
import { missingGrants } from './grants.ts';
import { examinePooler } from './pooler.ts';
import { examineReplication } from './replication.ts';

/** Bounds of ours, so that a silent server is a finding and no wait. */
const BOUNDS = { poolSize: 2, connectSeconds: LOOK_MS / 1000, statementSeconds: LOOK_MS / 1000 - 2 };

export async function examinePostgres({ database }: Config): Promise<Finding[]> {
  try {
    return await withDatabase({ ...database, ...BOUNDS }, async (pool) => {
      const found = await serverFinding(pool, locationOf(database.url));
      return [found, ...(await takeLooks(looksAt(pool), isUnavailable, 'see the log of Postgres'))];
    });
  } catch (error) {
    return [fail('postgres', messageOf(error), adviseRefused(error))];
  }
}

function looksAt(pool: pg.Pool): Look[] {
  let isCurrent = false;
  const ifCurrent = async (take: () => Promise<Finding>) => (isCurrent ? take() : undefined);
  return [
    { check: 'pooler', take: () => examinePooler(pool) },
    { check: 'durability', take: () => durabilityFinding(pool) },
    { check: 'replication', take: () => examineReplication(pool) },
    { check: 'clock', take: () => clockFinding(pool) },
    { check: 'privileges', take: () => privilegesFinding(pool) },
    {
      check: 'schema',
      async take() {
        const finding = await schemaFinding(pool);
        isCurrent = finding.state === 'ok';
        return finding;
      },
    },
    { check: 'writing', take: () => ifCurrent(() => writingFinding(pool)) },
    { check: 'outbox', take: () => ifCurrent(() => outboxFinding(pool)) },
  ];
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function adviseRefused(error: unknown): string {
  const state = sqlStateOf(error) ?? sqlStateOf(error instanceof Error ? error.cause : undefined);
  if (state?.startsWith('28')) return 'see the user and the password in DATABASE_URL';
  if (state === '3D000') return 'create the database, or see its name in DATABASE_URL';
  if (state === '53300') return 'lower DATABASE_POOL_SIZE, or raise max_connections of Postgres';
  return 'start it, or see host and port in DATABASE_URL';
}

/** `gen_random_uuid()` is its own from there on. */
const OLDEST_MAJOR = 13;

async function serverFinding(pool: pg.Pool, where: string): Promise<Finding> {
  const started = performance.now();
  const { rows } = await pool.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  const version = rows[0]?.version.split(' ')[0] ?? 'unknown';
  const says = `Postgres ${version} at ${where}, connected in ${Math.round(performance.now() - started)} ms`;
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return ok('postgres', says);
  return fail('postgres', `${says}, is too old`, `install ${OLDEST_MAJOR} or newer`);
}

async function durabilityFinding(pool: pg.Pool): Promise<Finding> {
  const names = ['fsync', 'full_page_writes', 'synchronous_commit'];
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM pg_settings WHERE name = ANY ($1) AND setting = 'off' ORDER BY name`,
    [names],
  );
  if (rows.length === 0) return ok('durability', `${names.join(', ')} are on`);
  const off = rows.map(({ name }) => `${name} = off`).join(', ');
  const todo = 'set to on where nothing may be lost';
  return warn('durability', `${off}: what was committed may not survive a crash`, todo);
}

async function clockFinding(pool: pg.Pool): Promise<Finding> {
  const asked = Date.now();
  const { rows } = await pool.query<{ ms: number }>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  );
  return skewFinding(asked, rows[0]?.ms ?? asked, Date.now());
}

/** More than clocks that are kept in time ever differ. */
const MAX_SKEW_MS = 1_000;

/** `theirs` was read at some time between `asked` and `answered`. All in milliseconds since 1970. */
export function skewFinding(asked: number, theirs: number, answered: number): Finding {
  const least = theirs > answered ? theirs - answered : theirs < asked ? theirs - asked : 0;
  if (Math.abs(least) <= MAX_SKEW_MS) return ok('clock', 'that of Postgres and ours agree');
  const seconds = (Math.abs(least) / 1000).toFixed(1);
  const says = `that of Postgres is ${seconds} s ${least > 0 ? 'ahead of' : 'behind'} ours`;
  return warn('clock', says, 'keep both machines in time: times of events and the retention lean on it');
}

async function schemaFinding(pool: pg.Pool): Promise<Finding> {
  const state = await readSchemaState(pool);
  const fault = schemaFault(state);
  if (fault !== undefined) return fail('schema', fault.says, fault.todo);
  return ok('schema', `current, ${state.applied.at(-1)}`);
}

async function privilegesFinding(pool: pg.Pool): Promise<Finding | undefined> {
  const grants = await missingGrants(pool);
  if (grants === undefined) return undefined; // the schema is looked at next
  if (grants.length === 0) return ok('privileges', 'all that is needed');
  return fail('privileges', 'our user may not do all that is needed', `as their owner: ${grants.join('; ')}`);
}

async function writingFinding(pool: pg.Pool): Promise<Finding> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
    if (rows[0]?.standby) return fail('writing', 'this is a standby', 'point DATABASE_URL to the primary');
    await client.query('BEGIN');
    await client.query(`INSERT INTO shops (id) VALUES ('doctor') ON CONFLICT DO NOTHING`);
    return ok('writing', 'a row was written, and taken back');
  } catch (error) {
    const readOnly = sqlStateOf(error) === '25006';
    const todo = readOnly ? 'set default_transaction_read_only to off for us' : 'see the log of Postgres';
    return fail('writing', messageOf(error), todo);
  } finally {
    await client.query('ROLLBACK').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  }
}

/** With a relay and a broker at work rows leave within a second or two. */
const LONG_SECONDS = 60;

async function outboxFinding(pool: pg.Pool): Promise<Finding> {
  const backlogs = await Promise.all([readBacklog(pool, 'outbox'), readBacklog(pool, 'bell_outbox')]);
  const rows = backlogs.reduce((sum, backlog) => sum + backlog.rows, 0);
  const oldestSeconds = Math.max(...backlogs.map((backlog) => backlog.oldestSeconds));
  if (rows === 0) return ok('outbox', 'empty');
  const says = `${rows} events wait, the oldest for ${Math.round(oldestSeconds)} s`;
  if (oldestSeconds <= LONG_SECONDS) return ok('outbox', says);
  return warn('outbox', says, 'start a process with the role `relay`; if one runs, see its log');
}
