import { expect } from 'chai';
import { migrateDown } from '../../../db/migrate.ts';
import { eventually } from '../../support/eventually.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../../support/servers-of-the-run.ts';
import { startService } from '../../support/service.ts';

describe('a start on a schema that is not this code’s', () => {
  let database: TestDatabase;
  let broker: TestBroker;

  before(async () => {
    broker = await createBroker();
  });

  beforeEach(async () => {
    database = await createDatabase();
  });

  afterEach(() => database.drop());
  after(() => broker.drop());

  async function faultOfStart() {
    const error = await startService(database, broker).then(
      async (service) => {
        await service.stop();
        throw new Error('it started');
      },
      (error) => error,
    );
    return error;
  }

  it('is refused when the database lacks a migration, and says which and what to do', async () => {
    const [newest] = await migrateDown(database.url);
    expect(await faultOfStart()).to.include({
      code: 'schema-mismatch',
      message: `the database lacks ${newest}: run \`orderbell migrate up\``,
    });
  });

  it('is refused when the database is newer, and says so', async () => {
    await database.pool.query(
      `INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('999-from-the-future', 9, now())`,
    );
    expect(await faultOfStart()).to.include({
      code: 'schema-mismatch',
      message: 'the database has 999-from-the-future, which this version does not know: run a newer one',
    });
  });

  it('is refused with `database-unavailable` when the database is not there', async () => {
    const gone = new URL(database.url);
    gone.pathname = '/not_there';
    const error = await startService({ ...database, url: gone.href }, broker).catch((error) => error);
    expect(error).to.include({ code: 'database-unavailable' });
  });

  it('leaves no connection to the database behind when it is refused', async () => {
    await migrateDown(database.url);
    await faultOfStart();
    await eventually(async () => {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orderbell'`,
      );
      expect(rows).to.have.length(0);
    });
  });
});
