import { expect } from 'chai';
import { readBacklog } from '../../../src/outbox/backlog.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe("the outbox's backlog", () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  it('is nothing, and of no age, while the outbox is empty', async () => {
    expect(await readBacklog(database.pool, 'outbox')).to.deep.equal({ rows: 0, oldestSeconds: 0 });
  });

  it('is that of one outbox and not of the other', async () => {
    await database.pool.query(
      `INSERT INTO bell_outbox (routing_key, event_id, body) VALUES ('shop.deaf', 'e', '{}')`,
    );
    expect(await readBacklog(database.pool, 'bell_outbox')).to.include({ rows: 1 });
    expect(await readBacklog(database.pool, 'outbox')).to.include({ rows: 0 });
  });

  it('is as old as its oldest row', async () => {
    await database.pool.query(
      `INSERT INTO outbox (routing_key, event_id, body, recorded_at)
       SELECT 'order.paid', n, '{}', now() - make_interval(secs => 100 - n * 10) FROM generate_series(1, 5) n`,
    );
    const { rows, oldestSeconds } = await readBacklog(database.pool, 'outbox');
    expect(rows).to.equal(5);
    expect(oldestSeconds).to.be.within(90, 150);
  });

  it('is not counted to the end when it is very long', async () => {
    await database.pool.query(
      `INSERT INTO outbox (routing_key, event_id, body) SELECT 'order.paid', n, '{}' FROM generate_series(6, 100005) n`,
    );
    expect(await readBacklog(database.pool, 'outbox')).to.include({ rows: 100_000 });
  });
});
