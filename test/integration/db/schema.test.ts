/** `db/schema.sql` is what a reviewer reads: it has to be what the migrations really make. `npm run schema` renews it. */

import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { dumpSchema } from '../../support/dump-schema.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const file = new URL('../../../db/schema.sql', import.meta.url);

describe('db/schema.sql', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  it('is the schema that the migrations make', async () => {
    const made = await dumpSchema(database.pool);
    if (process.env.UPDATE_SCHEMA) await writeFile(file, made);
    expect(await readFile(file, 'utf8')).to.equal(made);
  });
});
