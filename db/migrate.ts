/**
 * Bringing a database to this code's schema. Guarantees that two processes that migrate at once take turns, and that
 * a migration which was killed half-way neither leaves half of itself nor keeps the next one out.
 */

import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError, messageOf } from '../src/platform/errors.ts';

const directory = new URL('./migrations/', import.meta.url);

/** Any number that nothing else in this database locks. */
const ADVISORY_LOCK = 7_236_112;

/** Reads the migrations beside this file, as sources or as built, under names that are the same for both. */
export const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    const files = await readdir(fileURLToPath(directory));
    return files
      .filter((file) => /^\d{3}-[a-z0-9-]+\.(ts|js)$/.test(file))
      .sort()
      .map((file) => file.replace(/\.(ts|js)$/, ''));
  },
  getMigrationName: (name) => name,
  getMigration: (name) => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    return import(new URL(`${name}.${extension}`, directory).href);
  },
};

/** Applies what is missing; resolves with the names applied, in order. */
export function migrateUp(databaseUrl: string): Promise<string[]> {
  return migrating(databaseUrl, async (knex) => (await knex.migrate.latest())[1]);
}

/** Takes the newest migration back; resolves with its name, or with nothing if there was none. */
export function migrateDown(databaseUrl: string): Promise<string[]> {
  return migrating(databaseUrl, async (knex) => (await knex.migrate.down())[1]);
}

export interface SchemaState {
  applied: string[];
  /** In this code, but not in the database. */
  missing: string[];
  /** In the database, but not in this code, which is therefore older. */
  unknown: string[];
}

/** What the database has of this code's migrations. Changes nothing. */
export async function readSchemaState(pool: Pick<pg.Pool, 'query'>): Promise<SchemaState> {
  const known = await migrationSource.getMigrations([]);
  const { rows: table } = await pool.query(`SELECT to_regclass('knex_migrations') IS NOT NULL AS there`);
  const { rows } = table[0]?.there
    ? await pool.query<{ name: string }>('SELECT name FROM knex_migrations ORDER BY id')
    : { rows: [] };
  const applied = rows.map((row) => row.name);
  return {
    applied,
    missing: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** What keeps this code from working with that schema, and what to do; undefined if it is the right one. */
export function schemaFault({ missing, unknown }: SchemaState): { says: string; todo: string } | undefined {
  if (missing.length > 0) {
    return { says: `the database lacks ${missing.join(', ')}`, todo: 'run `orderbell migrate up`' };
  }
  if (unknown.length === 0) return undefined;
  const says = `the database has ${unknown.join(', ')}, which this version does not know`;
  return { says, todo: 'run a newer one' };
}

/** Throws `schema-mismatch` where the schema is older or newer than this code. */
export function assertCurrent(state: SchemaState): void {
  const fault = schemaFault(state);
  if (fault !== undefined) throw new AppError('schema-mismatch', `${fault.says}: ${fault.todo}`);
}

/** A knex instance for migrations and seeds only; whoever asks for it destroys it. */
export function createKnex(databaseUrl: string): Knex {
  return knexFactory({
    client: 'pg',
    connection: databaseUrl,
    pool: { min: 0, max: 1 },
    migrations: { migrationSource },
    // Knex would print the whole statement that failed; what went wrong is in the error.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
  });
}

async function migrating(databaseUrl: string, work: (knex: Knex) => Promise<string[]>): Promise<string[]> {
  const turn = new pg.Client({ connectionString: databaseUrl });
  turn.on('error', () => {}); // whatever is under way on it rejects
  await turn.connect().catch((error) => {
    throw new AppError('database-unavailable', `Postgres: ${messageOf(error)}`, error);
  });
  const knex = createKnex(databaseUrl);
  try {
    await turn.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    // Ours is the turn, so knex's own lock, if it is taken, is what a killed process left behind.
    await knex.migrate.forceFreeMigrationsLock();
    return await work(knex);
  } catch (error) {
    // Knex puts the whole statement before Postgres's message.
    throw new AppError(
      'schema-mismatch',
      `the migration failed: ${messageOf(error).split(' - ').at(-1)}`,
      error,
    );
  } finally {
    await knex.destroy();
    await turn.end();
  }
}
