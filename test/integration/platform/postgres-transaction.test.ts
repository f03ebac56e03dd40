import { expect } from 'chai';
import type pg from 'pg';
import { createLogger } from '../../../src/platform/logger.ts';
import { createPool, inTransaction } from '../../../src/platform/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

describe('a transaction', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await createDatabase({ migrated: false });
    await database.pool.query('CREATE TABLE things (id int PRIMARY KEY)');
    const options = { url: database.url, poolSize: 1, connectSeconds: 5, statementSeconds: 10 };
    pool = createPool(options, createLogger('silent'));
  });

  beforeEach(() => database.pool.query('TRUNCATE things'));

  after(async () => {
    await pool.end();
    await database.drop();
  });

  async function things(): Promise<number[]> {
    const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM things ORDER BY id');
    return rows.map(({ id }) => id);
  }

  async function pidOf(client: Pick<pg.Pool, 'query'>): Promise<number> {
    return (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
  }

  async function isAlive(pid: number): Promise<boolean> {
    const { rows } = await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    return rows.length > 0;
  }

  it('is committed when its work resolves, with what that resolves with', async () => {
    const result = await inTransaction(pool, async (client) => {
      await client.query('INSERT INTO things VALUES (1)');
      expect(await things()).to.deep.equal([]);
      return 'done';
    });
    expect(result).to.equal('done');
    expect(await things()).to.deep.equal([1]);
  });

  it('is rolled back when its work rejects, with the same error', async () => {
    const failure = new Error('no');
    const error = await inTransaction(pool, async (client) => {
      await client.query('INSERT INTO things VALUES (1)');
      throw failure;
    }).catch((error) => error);
    expect(error).to.equal(failure);
    expect(await things()).to.deep.equal([]);
  });

  it('is rolled back when Postgres refuses a statement, and its connection is used again', async () => {
    const pid = await pidOf(pool);
    const error = await inTransaction(pool, async (client) => {
      await client.query('INSERT INTO things VALUES (1)');
      await client.query('INSERT INTO things VALUES (1)');
    }).catch((error) => error);
    expect(error).to.include({ code: '23505' });
    expect(await things()).to.deep.equal([]);
    expect(await pidOf(pool)).to.equal(pid);
  });

  it('rejects when its commit is refused', async () => {
    await database.pool.query('CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const error = await inTransaction(pool, async (client) => {
      await client.query('INSERT INTO things VALUES (1)');
      await client.query('INSERT INTO late VALUES (1), (1)');
    }).catch((error) => error);
    expect(error).to.include({ code: '23505' });
    expect(await things()).to.deep.equal([]);
  });

  it('leaves no trace and its connection is not used again when that is lost between two statements', async () => {
    let pid = 0;
    const error = await inTransaction(pool, async (client) => {
      pid = await pidOf(client);
      await client.query('INSERT INTO things VALUES (1)');
      await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(async () => expect(await isAlive(pid)).to.equal(false));
      await client.query('INSERT INTO things VALUES (2)');
    }).catch((error) => error);
    expect(error).to.be.instanceOf(Error);
    expect(await pidOf(pool)).not.to.equal(pid);
    expect(await things()).to.deep.equal([]);
  });

  it('gives a connection that was lost at its end not back to the pool', async () => {
    const failure = new Error('the work itself went wrong');
    let pid = 0;
    const error = await inTransaction(pool, async (client) => {
      pid = await pidOf(client);
      const lost = new Promise((resolve) => client.once('error', resolve));
      await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
      await lost;
      throw failure;
    }).catch((error) => error);
    expect(error).to.equal(failure);
    expect(await pidOf(pool)).not.to.equal(pid);
  });

  it('gives a connection whose statement took too long not back to the pool', async () => {
    let pid = 0;
    const error = await inTransaction(pool, async (client) => {
      pid = await pidOf(client);
      await client.query('SET LOCAL statement_timeout = 50');
      await client.query('SELECT pg_sleep(30)');
    }).catch((error) => error);
    expect(error).to.include({ code: '57014' });
    expect(await pidOf(pool)).not.to.equal(pid);
    await eventually(async () => expect(await isAlive(pid)).to.equal(false));
  });

  it('succeeds on each warm connection after a migration that changes what its statements answer', async () => {
    const size = 3;
    const options = { url: database.url, poolSize: size, connectSeconds: 5, statementSeconds: 10 };
    const warm = createPool(options, createLogger('silent'));
    const all = { name: 'all-things', text: 'SELECT * FROM things' };
    const inTransactions = () =>
      Promise.all(Array.from({ length: size }, () => inTransaction(warm, (client) => client.query(all))));
    const alone = () => Promise.all(Array.from({ length: size }, () => warm.query(all)));
    try {
      await inTransactions();
      expect(warm.totalCount).to.equal(size);
      await database.pool.query('ALTER TABLE things ADD COLUMN first text');
      for (const { fields } of await inTransactions()) expect(fields).to.have.length(2);
      await alone();
      await database.pool.query('ALTER TABLE things ADD COLUMN second text');
      for (const { fields } of await alone()) expect(fields).to.have.length(3);
    } finally {
      await warm.end();
      await database.pool.query(
        'ALTER TABLE things DROP COLUMN IF EXISTS first, DROP COLUMN IF EXISTS second',
      );
    }
  });

  it('gives a connection with an outdated statement not back to the pool', async () => {
    const all = { name: 'all-things', text: 'SELECT * FROM things' };
    let pid = 0;
    await inTransaction(pool, async (client) => {
      pid = await pidOf(client);
      await client.query(all);
    });
    await database.pool.query('ALTER TABLE things ADD COLUMN first text');
    try {
      await inTransaction(pool, (client) => client.query(all));
      expect(await pidOf(pool)).not.to.equal(pid);
    } finally {
      await database.pool.query('ALTER TABLE things DROP COLUMN first');
    }
  });

  it('holds a lock that it took until it ends', async () => {
    await database.pool.query('INSERT INTO things VALUES (1)');
    const attempt = () => database.pool.query('SELECT FROM things WHERE id = 1 FOR UPDATE NOWAIT');
    await inTransaction(pool, async (client) => {
      await client.query('SELECT FROM things WHERE id = 1 FOR UPDATE');
      const error = await attempt().catch((error) => error);
      expect(error).to.include({ code: '55P03' });
    });
    await attempt();
  });

  it('is only refused when its connection ends in the very read that frees it for its waiter', async () => {
    const proxy = await startTcpProxy(database.url);
    const options = { url: proxy.url, poolSize: 1, connectSeconds: 5, statementSeconds: 10 };
    const fragile = createPool(options, createLogger('silent'));
    try {
      const pid = await pidOf(fragile);
      const state = async () => {
        const { rows } = await database.pool.query('SELECT state FROM pg_stat_activity WHERE pid = $1', [
          pid,
        ]);
        return rows[0]?.state;
      };
      const first = fragile.query('SELECT pg_sleep(0.2)');
      await eventually(async () => expect(await state()).to.equal('active'));
      const waiter = inTransaction(fragile, async () => 'done').catch((error: Error) => error);
      proxy.pause(); // what follows arrives at once
      await eventually(async () => expect(await state()).to.equal('idle'));
      await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(async () => expect(await isAlive(pid)).to.equal(false));
      proxy.restore();
      await first;
      expect(await waiter).to.be.instanceOf(Error);
      expect(await inTransaction(fragile, async () => 'again')).to.equal('again');
    } finally {
      await fragile.end();
      await proxy.close();
    }
  });
});
