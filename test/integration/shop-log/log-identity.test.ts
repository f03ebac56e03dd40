/** Which log it is, where the row of it was written by another server or on another timeline. */

import { expect } from 'chai';
import pg from 'pg';
import { migrateDown, migrateUp } from '../../../db/migrate.ts';
import { isUnavailable } from '../../../src/platform/postgres.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { readPage, readStates } from '../../../src/shop-log/read-log.ts';
import { acknowledgeOne } from '../../support/acknowledge.ts';
import { atOnce } from '../../support/at-once.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('the identity of the log', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createDatabase();
    await append();
  });
  afterEach(() => database.drop());

  let lastId = 0;
  async function append(): Promise<string> {
    const orderId = ++lastId;
    const occurredAt = '2025-03-06T17:14:35.042Z';
    const eventId = `event-${orderId}`;
    const notification = { shopId: 'shop', eventId, type: 1, orderId, content: 'x', occurredAt } as const;
    const [appended] = await appendNotifications(database.pool, [notification]);
    if (appended?.outcome !== 'appended') throw new Error('it was not appended');
    return appended.epoch;
  }
  const readEpoch = async (pool: Pick<pg.Pool, 'query'> = database.pool) =>
    (await readStates(pool, ['shop'])).get('shop')?.epoch;
  const pageEpoch = async () => (await readPage(database.pool, 'shop', 0, 1))?.epoch;
  async function ackEpoch() {
    const acknowledged = await acknowledgeOne(database.pool, 'shop', 1, 'till-1');
    return acknowledged.epoch ?? acknowledged.outcome;
  }
  /** As a server finds it that was promoted, or into which a dump of another one was loaded. */
  const becomeOther = (change = "timeline = '00000000'") =>
    database.pool.query(`UPDATE log_origin SET ${change}`);

  it('is the same for all who ask, in every session', async () => {
    const epoch = await append();
    expect([await readEpoch(), await pageEpoch(), await ackEpoch(), await append()]).to.deep.equal(
      Array(4).fill(epoch),
    );
    const other = new pg.Pool({ connectionString: database.url });
    other.on('error', () => {}); // the database may be dropped while its connection is still closing
    try {
      expect(await readEpoch(other)).to.equal(epoch);
    } finally {
      await other.end();
    }
  });

  for (const [what, change] of [
    ['another timeline', "timeline = '00000000'"],
    ['another server', 'system_identifier = 1'],
  ] as const) {
    for (const [who, ask] of [
      ['a reader of states', readEpoch],
      ['a reader of a page', pageEpoch],
      ['a writer', append],
      ['an acknowledgement', ackEpoch],
    ] as const) {
      it(`becomes another on ${what}, for ${who} that comes first and for all after it`, async () => {
        const before = await readEpoch();
        await becomeOther(change);
        const after = await ask();
        expect(after)
          .to.be.a('string')
          .and.match(/^[0-9a-f-]{36}\.[0-9a-f]{12}$/);
        expect(after).not.to.equal(before);
        expect(await append()).to.equal(after);
        expect(await readEpoch()).to.equal(after);
      });
    }
  }

  it('is renewed anew each time, so that two who come from the same place differ', async () => {
    await becomeOther();
    const one = await readEpoch();
    await becomeOther();
    expect(await readEpoch()).not.to.equal(one);
  });

  it('is one and the same for readers and writers that find the change at once', async () => {
    await becomeOther();
    const epochs = await atOnce(database.pool, 'SELECT FROM log_origin FOR UPDATE', [], () =>
      Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? readEpoch() : append())),
    );
    expect(new Set(epochs).size).to.equal(1);
    expect(await readEpoch()).to.equal(epochs[0]);
  });

  it('is settled where the row is missing', async () => {
    await database.pool.query('DELETE FROM log_origin');
    expect(await readEpoch()).to.equal(await append());
  });

  it('is not what was renewed in a transaction that was rolled back', async () => {
    const client = await database.pool.connect();
    try {
      await becomeOther();
      await client.query('BEGIN');
      const lost = await readEpoch(client);
      await client.query('ROLLBACK');
      const kept = await readEpoch();
      expect(kept).not.to.equal(lost);
      expect(await readEpoch(client)).to.equal(kept);
    } finally {
      client.release();
    }
  });

  it('is read in a read-only transaction, and is unavailable to it until it is settled', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN READ ONLY');
      expect(await readEpoch(client)).to.equal(await readEpoch());
      await client.query('COMMIT');
      await becomeOther();
      await client.query('BEGIN READ ONLY');
      const error = await readEpoch(client).catch((error) => error);
      expect(isUnavailable(error), String(error)).to.equal(true);
      await client.query('ROLLBACK');
    } finally {
      client.release(true);
    }
  });

  it('cannot be renewed by a setting of the session', async () => {
    const epoch = await readEpoch();
    const client = await database.pool.connect();
    try {
      await client.query("SET orderbell.log_origin = '1/00000000'");
      expect(await readEpoch(client)).to.equal(epoch);
    } finally {
      client.release(true);
    }
  });
});

describe('the identity of the log, before and after its migration', () => {
  it('is the same, so that processes of both versions agree', async () => {
    const database = await createDatabase();
    try {
      const identity = async () => (await database.pool.query('SELECT log_identity()')).rows[0].log_identity;
      while ((await migrateDown(database.url))[0] !== '008-log-identity');
      const before = await identity();
      await migrateUp(database.url);
      expect(await identity()).to.equal(before);
    } finally {
      await database.drop();
    }
  });
});
