import { expect } from 'chai';
import { readAnnouncementKeys } from '../../../src/broker/announcement-keys.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('the keys of announcements', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  it('are one of 32 bytes after the migration, and another one in each database', async () => {
    const other = await createDatabase();
    const keys = [
      ...(await readAnnouncementKeys(database.pool)),
      ...(await readAnnouncementKeys(other.pool)),
    ];
    expect(keys.map((key) => key.length)).to.deep.equal([32, 32]);
    expect(keys[0]?.equals(keys[1] ?? Buffer.alloc(0))).to.equal(false);
    await other.drop();
  });

  it('are all accepted, while a new one signs only after every process has had the time to read it', async () => {
    const [old] = await readAnnouncementKeys(database.pool);
    await database.pool.query("UPDATE announcement_keys SET made_at = now() - interval '1 day'");
    await database.pool.query('INSERT INTO announcement_keys DEFAULT VALUES');
    const during = await readAnnouncementKeys(database.pool);
    expect(during).to.have.length(2);
    expect(during[0]).to.deep.equal(old);
    await database.pool.query(
      "UPDATE announcement_keys SET made_at = made_at - interval '3 minutes' WHERE made_at > now() - interval '1 hour'",
    );
    expect(await readAnnouncementKeys(database.pool)).to.deep.equal(during.toReversed());
  });
});
