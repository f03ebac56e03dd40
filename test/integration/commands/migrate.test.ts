/** `orderbell migrate`: what it says of the schema, and with which exit code. What it does to it is tested in `db/`. */

import { expect } from 'chai';
import { migrationSource } from '../../../db/migrate.ts';
import { runCli } from '../../support/cli.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('orderbell migrate', () => {
  let database: TestDatabase;
  let all: string[];
  before(async () => {
    all = await migrationSource.getMigrations([]);
  });
  beforeEach(async () => {
    database = await createDatabase({ migrated: false });
  });
  afterEach(() => database.drop());

  const migrate = (...args: string[]) => runCli(['migrate', ...args], { database });

  it('brings an empty database up, once, and says what it has applied', async () => {
    expect((await migrate('up')).lines).to.deep.equal([`applied ${all.join(', ')}`]);
    expect((await migrate('up')).lines).to.deep.equal(['nothing to apply']);
  });

  it('takes the newest back, and says which', async () => {
    await migrate('up');
    expect((await migrate('down')).lines).to.deep.equal([`took back ${all.at(-1)}`]);
    for (let left = all.length - 1; left > 0; left--) await migrate('down');
    expect((await migrate('down')).lines).to.deep.equal(['nothing to take back']);
  });

  it('says that all is applied, and succeeds', async () => {
    await migrate('up');
    const { lines, exitCode } = await migrate('status');
    expect(lines).to.deep.equal(all.map((name) => `applied  ${name}`));
    expect(exitCode).to.equal(0);
  });

  it('says what is missing and what to do, and fails', async () => {
    await migrate('up');
    await migrate('down');
    const { lines, error, exitCode } = await migrate('status', '--json');
    const states = lines.map((line) => JSON.parse(line));
    expect(states).to.have.length(all.length);
    expect(states.at(-1)).to.deep.equal({ state: 'missing', name: all.at(-1) });
    expect(error?.message).to.equal(`the database lacks ${all.at(-1)}: run \`orderbell migrate up\``);
    expect(exitCode).to.equal(1);
  });

  it('says what is newer than this version, and fails', async () => {
    await migrate('up');
    await database.pool.query(
      `INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('999-from-the-future', 9, now())`,
    );
    const { lines, error, exitCode } = await migrate('status');
    expect(lines.at(-1)).to.equal('unknown  999-from-the-future');
    expect(error?.message).to.match(/999-from-the-future, which this version does not know/);
    expect(exitCode).to.equal(1);
  });
});
