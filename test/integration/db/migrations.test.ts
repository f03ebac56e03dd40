import { expect } from 'chai';
import { migrateDown, migrateUp, migrationSource, readSchemaState } from '../../../db/migrate.ts';
import { spawnCli } from '../../support/cli-process.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('the migrations', () => {
  let database: TestDatabase;
  let all: string[];

  before(async () => {
    all = await migrationSource.getMigrations([]);
  });

  beforeEach(async () => {
    database = await createDatabase({ migrated: false });
  });

  afterEach(() => database.drop());

  async function relations(): Promise<string[]> {
    const { rows } = await database.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
       UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
    );
    return rows.map(({ name }) => name).filter((name) => !name.startsWith('knex_'));
  }

  it('are numbered without a gap', () => {
    expect(all.map((name) => Number(name.slice(0, 3)))).to.deep.equal(all.map((_, index) => index + 1));
  });

  it('are all applied to an empty database, in order, and only once', async () => {
    expect(await migrateUp(database.url)).to.deep.equal(all);
    expect(await migrateUp(database.url)).to.deep.equal([]);
    expect(await readSchemaState(database.pool)).to.deep.equal({ applied: all, missing: [], unknown: [] });
  });

  it('are taken back one by one, newest first, to nothing, and applied again', async () => {
    await migrateUp(database.url);
    const full = await relations();
    for (const name of all.toReversed()) expect(await migrateDown(database.url)).to.deep.equal([name]);
    expect(await relations()).to.deep.equal([]);
    expect(await migrateDown(database.url)).to.deep.equal([]);
    expect(await readSchemaState(database.pool)).to.deep.equal({ applied: [], missing: all, unknown: [] });
    expect(await migrateUp(database.url)).to.deep.equal(all);
    expect(await relations()).to.deep.equal(full);
  });

  it('take turns when two processes apply them at once', async () => {
    const applied = await Promise.all([migrateUp(database.url), migrateUp(database.url)]);
    expect(applied.map((names) => names.length).toSorted((a, b) => a - b)).to.deep.equal([0, all.length]);
    expect((await readSchemaState(database.pool)).applied).to.deep.equal(all);
  });

  it('are not kept out by the lock that a killed process left behind', async () => {
    await migrateUp(database.url);
    await migrateDown(database.url);
    await database.pool.query('UPDATE knex_migrations_lock SET is_locked = 1');
    expect(await migrateUp(database.url)).to.deep.equal(all.slice(-1));
  });

  it('are finished by the next process when one is killed in the middle of them', async () => {
    // Holds up the one that makes the same table; those before it are of the same transaction.
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('CREATE TABLE orders (id int)');
    const { child, exited } = spawnCli(['migrate', 'up'], {
      DATABASE_URL: database.url,
      AMQP_URL: 'amqp://h',
    });
    await eventually(async () => {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%CREATE TABLE orders%'`,
      );
      expect(rows).to.have.length(1);
    }, 30_000);
    child.kill('SIGKILL');
    await exited;
    // Its statement goes on in the server until it finds nobody to answer: the next one begins beside that.
    const next = migrateUp(database.url);
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(await next).to.deep.equal(all);
    expect(await readSchemaState(database.pool)).to.deep.equal({ applied: all, missing: [], unknown: [] });
  }).timeout(60_000);

  it('leave nothing of one that fails, and say why in one line', async () => {
    await database.pool.query('CREATE TABLE outbox (id int)');
    const error = await migrateUp(database.url).catch((error) => error);
    expect(error).to.include({ code: 'schema-mismatch' });
    expect(error.message).to.match(/^the migration failed: [^\n]*"outbox" already exists$/);
    expect(await relations()).not.to.include('orders');
  });

  it('are missing from a database that has never seen them', async () => {
    expect(await readSchemaState(database.pool)).to.deep.equal({ applied: [], missing: all, unknown: [] });
  });
});
