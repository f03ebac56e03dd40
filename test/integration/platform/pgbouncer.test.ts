import { expect } from 'chai';
import type pg from 'pg';
import { examinePooler } from '../../../src/commands/doctor/pooler.ts';
import type { Notification } from '../../../src/domain/notification.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPool, isUnavailable } from '../../../src/platform/postgres.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { readPage } from '../../../src/shop-log/read-log.ts';
import { hasPgbouncer, type Pgbouncer, startPgbouncer } from '../../support/real-pgbouncer.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const options = { poolSize: 2, connectSeconds: 1, statementSeconds: 1 };
const logger = createLogger('silent');

describe('the pool behind pgbouncer in session mode', () => {
  let database: TestDatabase;
  let pooler: Pgbouncer;
  let pool: pg.Pool;

  before(async function () {
    if (!hasPgbouncer()) {
      console.log('skipped: pgbouncer is not installed (Debian: apt-get install pgbouncer)');
      this.skip();
    }
    database = await createDatabase();
    pooler = await startPgbouncer(database.url, 'session');
    pool = createPool({ url: pooler.url, ...options }, logger);
  });

  after(async () => {
    await pool?.end();
    await pooler?.stop();
    await database?.drop();
  });

  it('connects, and bounds each statement', async () => {
    const error = await pool.query('SELECT pg_sleep(5)').then(
      () => undefined,
      (failure: Error) => failure,
    );
    expect(error?.message).to.equal('canceling statement due to statement timeout');
  });

  it('bounds how long a transaction may wait for its client', async () => {
    const { rows } = await pool.query('SHOW idle_in_transaction_session_timeout');
    expect(rows).to.deep.equal([{ idle_in_transaction_session_timeout: '1min' }]);
    expect((await pool.query('SHOW jit')).rows).to.deep.equal([{ jit: 'off' }]);
  });

  it('appends and reads, with its prepared statements, also on a connection that had another client', async () => {
    const notification = (eventId: string): Notification => {
      return {
        shopId: 'corner',
        eventId,
        type: 1,
        orderId: 1,
        content: 'x',
        occurredAt: '2025-03-06T00:00:00Z',
      };
    };
    await appendNotifications(pool, [notification('a')]);
    const other = createPool({ url: pooler.url, ...options }, logger);
    await appendNotifications(other, [notification('b')]);
    await other.end();
    const third = createPool({ url: pooler.url, ...options }, logger);
    await appendNotifications(third, [notification('c')]);
    await third.end();
    const page = await readPage(pool, 'corner', 0, 10);
    expect(page?.notifications.map(({ eventId }) => eventId)).to.deep.equal(['a', 'b', 'c']);
  });
});

describe('the doctor', () => {
  before(function () {
    if (!hasPgbouncer()) this.skip();
  });

  for (const [mode, found] of [
    ['session', undefined],
    ['transaction', 'fail'],
  ] as const) {
    it(`${found === undefined ? 'is content with' : 'warns of'} a pooler in ${mode} mode`, async () => {
      const database = await createDatabase();
      const pooler = await startPgbouncer(database.url, mode);
      const pool = createPool({ url: pooler.url, ...options }, logger);
      try {
        expect((await examinePooler(pool))?.state).to.equal(found);
      } finally {
        await pool.end();
        await pooler.stop();
        await database.drop();
      }
    });
  }
});

describe('a connection whose link dies before its first statement', () => {
  it('is unavailable within the time to connect, and leaves its place in the pool', async () => {
    const database = await createDatabase({ migrated: false });
    let died = false;
    const link = await startTcpProxy(database.url, (data) => {
      if (died || !data.includes('set_config')) return;
      died = true;
      link.pause();
    });
    const pool = createPool({ url: link.url, ...options, poolSize: 1 }, logger);
    try {
      const error = await pool.query('SELECT 1').then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(isUnavailable(error), String(error)).to.equal(true);
      link.restore();
      expect((await pool.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    } finally {
      await pool.end();
      await link.close();
      await database.drop();
    }
  });
});
