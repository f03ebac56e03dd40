import { expect } from 'chai';
import type pg from 'pg';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPool, isUnavailable, sqlStateOf } from '../../../src/platform/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const options = { poolSize: 2, connectSeconds: 5, statementSeconds: 10 };
const logger = createLogger('silent');

describe('whether Postgres is away', () => {
  let database: TestDatabase;
  let link: TcpProxy;
  const pools: pg.Pool[] = [];

  before(async () => {
    database = await createDatabase({ migrated: false });
    link = await startTcpProxy(database.url);
  });

  after(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await link.close();
    await database.drop();
  });

  function poolAt(url: string, overrides: Partial<typeof options> = {}): pg.Pool {
    const pool = createPool({ url, ...options, ...overrides }, logger);
    pools.push(pool);
    return pool;
  }

  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => {
        throw new Error('it did not fail');
      },
      (error) => error,
    );

  async function terminate(pid: number): Promise<void> {
    await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
  }

  async function pidOf(client: pg.ClientBase): Promise<number> {
    return (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
  }

  /** The database's URL with a port that nobody listens on. */
  async function refusingUrl(host: string): Promise<string> {
    const closed = await startTcpProxy(database.url);
    await closed.close();
    const url = new URL(closed.url);
    url.hostname = host;
    return url.href;
  }

  /** Runs `work` with one connection, which is not used again. */
  async function withClient(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    client.on('error', () => {});
    try {
      await work(client);
    } finally {
      client.release(true);
    }
  }

  it('is yes when the connection is refused', async () => {
    const error = await failureOf(poolAt(await refusingUrl('127.0.0.1')).query('SELECT 1'));
    expect(error).to.include({ code: 'ECONNREFUSED' });
    expect(isUnavailable(error)).to.equal(true);
  });

  it('is yes when every address of a name refuses', async () => {
    const error = await failureOf(poolAt(await refusingUrl('localhost')).query('SELECT 1'));
    expect(isUnavailable(error)).to.equal(true);
  });

  it('is yes when the link closes before Postgres has answered the first word', async () => {
    link.cut();
    const error = await failureOf(poolAt(link.url).query('SELECT 1'));
    link.restore();
    expect(isUnavailable(error)).to.equal(true);
  });

  it('is yes when an administrator ends the connection during a statement', async () => {
    await withClient(poolAt(database.url), async (client) => {
      const pid = await pidOf(client);
      const failing = failureOf(client.query('SELECT pg_sleep(30)'));
      await eventually(async () => {
        const { rows } = await database.pool.query('SELECT wait_event FROM pg_stat_activity WHERE pid = $1', [
          pid,
        ]);
        expect(rows[0]?.wait_event).to.equal('PgSleep');
      });
      await terminate(pid);
      const error = await failing;
      expect(sqlStateOf(error)).to.equal('57P01');
      expect(isUnavailable(error)).to.equal(true);
    });
  });

  it('is yes when a connection that was ended is asked once more', async () => {
    await withClient(poolAt(database.url), async (client) => {
      const lost = new Promise((resolve) => client.once('error', resolve));
      await terminate(await pidOf(client));
      await lost;
      await eventually(async () => {
        const error = await failureOf(client.query('SELECT 1'));
        expect(error)
          .to.be.instanceOf(Error)
          .and.to.have.property('message')
          .match(/^Client has encountered/);
        expect(isUnavailable(error)).to.equal(true);
      });
    });
  });

  it('is yes when the link is cut during a statement', async () => {
    await withClient(poolAt(link.url), async (client) => {
      const failing = failureOf(client.query('SELECT pg_sleep(30)'));
      link.cut();
      expect(isUnavailable(await failing)).to.equal(true);
      link.restore();
    });
  });

  it('is yes when a statement takes longer than it may', async () => {
    const error = await failureOf(poolAt(database.url, { statementSeconds: 1 }).query('SELECT pg_sleep(30)'));
    expect(sqlStateOf(error)).to.equal('57014');
    expect(isUnavailable(error)).to.equal(true);
  });

  it('is yes when the pool has no connection to give in time', async () => {
    const pool = poolAt(database.url, { poolSize: 1, connectSeconds: 1 });
    await withClient(pool, async () => {
      expect(isUnavailable(await failureOf(pool.query('SELECT 1')))).to.equal(true);
    });
  });

  it('is yes when the link is silent for longer than a statement may take', async () => {
    await withClient(poolAt(link.url, { statementSeconds: 1 }), async (client) => {
      await client.query('SELECT 1');
      link.pause();
      const error = await failureOf(client.query('SELECT 1'));
      link.restore();
      expect(isUnavailable(error)).to.equal(true);
    });
  });

  it('is no when a statement breaks a rule', async () => {
    const { pool } = database;
    await pool.query('CREATE TABLE things (id int PRIMARY KEY)');
    await pool.query('INSERT INTO things VALUES (1)');
    const faults: [string, string][] = [
      ['INSERT INTO things VALUES (1)', '23505'],
      ["SELECT '0000-01-01'::timestamptz", '22008'],
      ['SELECT * FROM nothing', '42P01'],
      ['SELECT 1/0', '22012'],
    ];
    for (const [statement, state] of faults) {
      const error = await failureOf(pool.query(statement));
      expect({ statement, state: sqlStateOf(error) }).to.deep.equal({ statement, state });
      expect(isUnavailable(error), statement).to.equal(false);
    }
  });

  it('is no for what is no error of Postgres', () => {
    expect(isUnavailable(new TypeError('x is not a function'))).to.equal(false);
    expect(isUnavailable('Connection terminated')).to.equal(false);
    expect(sqlStateOf(new Error('no'))).to.equal(undefined);
  });

  it('does not end the process when an idle connection of the pool is lost', async () => {
    const pool = poolAt(database.url);
    const client = await pool.connect();
    const pid = await pidOf(client);
    client.release();
    const lost = new Promise((resolve) => pool.once('error', resolve));
    await terminate(pid);
    await lost;
    expect((await pool.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
  });
});
