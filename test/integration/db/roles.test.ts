import { expect } from 'chai';
import pg from 'pg';
import { migrateDown, migrateUp } from '../../../db/migrate.ts';
import { missingGrants, TABLES } from '../../../src/commands/doctor/grants.ts';
import { type RoleUrls, separateRoles } from '../../../src/dev/separate-roles.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { openLog } from '../../../src/shop-log/read-log.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('the roles of a deployment', () => {
  let database: TestDatabase;
  let roles: RoleUrls;
  let service: pg.Pool;

  before(async () => {
    database = await createDatabase({ migrated: false });
    roles = await separateRoles(database.url);
    service = new pg.Pool({ connectionString: roles.service, max: 2 });
  });

  after(async () => {
    await service.end();
    await database.drop();
  });

  const refusalOf = (statement: string) =>
    service.query(statement).then(
      () => 'allowed',
      (error) => error.code,
    );

  it('let the owner migrate, there and back', async () => {
    const applied = await migrateUp(roles.owner);
    expect(await migrateDown(roles.owner)).to.deep.equal([applied.at(-1)]);
    expect(await migrateUp(roles.owner)).to.deep.equal([applied.at(-1)]);
  });

  it('let the service do all that it has to, in tables that were made after the roles', async () => {
    expect(await missingGrants(service)).to.deep.equal([]);
    await openLog(service, 'corner');
    const notification = { shopId: 'corner', eventId: 'a', type: 1, orderId: 1, content: 'x' } as const;
    const [appended] = await appendNotifications(service, [
      { ...notification, occurredAt: '2025-03-06T00:00:00Z' },
    ]);
    expect(appended?.outcome).to.equal('appended');
  });

  it('let the service neither make, change nor empty a table, nor make a role', async () => {
    const privilegeMissing = '42501';
    for (const statement of [
      'CREATE TABLE mine (id int)',
      'ALTER TABLE orders ADD COLUMN mine int',
      'DROP TABLE outbox',
      'TRUNCATE outbox',
      'DROP FUNCTION log_identity()',
      'CREATE ROLE mine',
      "COPY shops TO PROGRAM 'true'",
    ]) {
      expect(await refusalOf(statement), statement).to.equal(privilegeMissing);
    }
  });

  it('give to the owner what a superuser made before there were roles', async () => {
    const old = await createDatabase();
    try {
      const { owner, service: url } = await separateRoles(old.url);
      const { rows } = await old.pool.query(
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND relowner <> 'orderbell_owner'::regrole`,
      );
      expect(rows).to.deep.equal([]);
      await migrateDown(owner);
      await migrateUp(owner);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      expect((await client.query('SELECT count(*)::int AS shops FROM shops')).rows).to.deep.equal([
        { shops: 0 },
      ]);
      await client.end();
    } finally {
      await old.drop();
    }
    // The passwords follow from the database's superuser: those of the other tests are the same.
  });

  it('are made by several at once', async () => {
    await Promise.all([1, 2, 3].map(() => separateRoles(database.url)));
    expect((await service.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
  });

  it('are known to the doctor with each table of the schema', async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         AND relname <> 'knex_migrations_lock' ORDER BY relname`,
    );
    expect(rows.map(({ name }) => name)).to.deep.equal(Object.keys(TABLES).sort());
  });
});
