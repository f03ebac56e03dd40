/** The migration that makes order numbers unique within their shop, on a database that is in use. */

import { expect } from 'chai';
import { migrateDown, migrateUp } from '../../../db/migrate.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const MIGRATION = '010-order-numbers-of-a-shop';
const INSERT = 'INSERT INTO orders (number, shop_id, amount) VALUES ($1, $2, 1)';

describe('order numbers of a shop', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  /** All migrations that came after it, too. */
  async function takeBack(): Promise<void> {
    for (;;) {
      const [name] = await migrateDown(database.url);
      if (name === MIGRATION || name === undefined) return;
    }
  }

  it('are unique over all shops again once they were taken back, and within a shop after that', async () => {
    await database.pool.query(INSERT, ['n', 'corner']);
    await takeBack();
    const refused = await database.pool.query(INSERT, ['n', 'hill']).catch((error) => error);
    expect(refused).to.include({ code: '23505' });
    await migrateUp(database.url);
    await database.pool.query(INSERT, ['n', 'hill']);
    const twice = await database.pool.query(INSERT, ['n', 'hill']).catch((error) => error);
    expect(twice).to.include({ code: '23505' });
  });

  it('are not taken back, nor is anything of them, where several shops have an order of one number', async () => {
    for (const shop of ['corner', 'hill']) await database.pool.query(INSERT, ['n', shop]);
    const error = await takeBack().catch((error) => error);
    expect(error).to.include({ code: 'schema-mismatch' });
    expect(error.message).to.match(/could not create unique index/);
    await migrateUp(database.url);
    const { rows } = await database.pool.query('SELECT number, marked_at FROM orders');
    expect(rows).to.deep.equal(Array(2).fill({ number: 'n', marked_at: null }));
  });
});
