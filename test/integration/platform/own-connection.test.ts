import { expect } from 'chai';
import { createLogger } from '../../../src/platform/logger.ts';
import { createOwnConnection, type OwnConnection } from '../../../src/platform/own-connection.ts';
import { isUnavailable, type Queryable } from '../../../src/platform/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const logger = createLogger('silent');

describe('a connection of its own', () => {
  let database: TestDatabase;
  let link: TcpProxy;
  let connection: OwnConnection;
  let now = 0;

  before(async () => {
    database = await createDatabase({ migrated: false });
    link = await startTcpProxy(database.url);
  });
  beforeEach(() => {
    const options = { url: link.url, poolSize: 1, connectSeconds: 2, statementSeconds: 1 };
    connection = createOwnConnection(options, logger, () => now);
  });
  afterEach(() => connection.end());
  after(async () => {
    await link.close();
    await database.drop();
  });

  const askPid = async (client: Queryable): Promise<number> =>
    (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
  const pid = () => connection.run(askPid);
  const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: Error) => error);

  it('is one for all that is run, with the limits of the pool', async () => {
    const first = await pid();
    expect([await pid(), await pid()]).to.deep.equal([first, first]);
    const { rows } = await connection.run((client) => client.query('SHOW statement_timeout'));
    expect(rows).to.deep.equal([{ statement_timeout: '1s' }]);
    const jit = await connection.run((client) => client.query('SHOW jit'));
    expect(jit.rows).to.deep.equal([{ jit: 'off' }]);
  });

  it('is one also for what is asked for at the same time, which takes turns', async () => {
    const steps: string[] = [];
    const work = (name: string) =>
      connection.run(async (client) => {
        steps.push(`${name} begins`);
        const pid = await askPid(client);
        steps.push(`${name} ends`);
        if (name === 'b') throw new Error('for its own reason');
        return pid;
      });
    const [a, b, c] = await Promise.allSettled([work('a'), work('b'), work('c')]);
    expect([a.status, b.status, c.status]).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(steps).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    await connection.end();
    await eventually(async () => {
      const { rows } = await database.pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orderbell'",
      );
      expect(rows).to.deep.equal([]);
    });
  });

  it('is another one after a statement failed, as one of a server that only reads does', async () => {
    const first = await pid();
    const failure = await failureOf(
      connection.run(async (client) => {
        await client.query('SET default_transaction_read_only = on');
        await client.query('CREATE TABLE refused ()');
      }),
    );
    expect(failure).to.include({ code: '25006' });
    expect(await pid()).not.to.equal(first);
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [first]);
      expect(rows).to.deep.equal([]);
    });
  });

  it('is another one after the server ended it, idle or at work', async () => {
    const first = await pid();
    await database.pool.query('SELECT pg_terminate_backend($1)', [first]);
    await eventually(async () => expect(await pid()).not.to.equal(first));
    const failure = await failureOf(
      connection.run(async (client) => {
        await database.pool.query('SELECT pg_terminate_backend($1)', [await askPid(client)]);
        await client.query('SELECT pg_sleep(5)');
      }),
    );
    expect(isUnavailable(failure)).to.equal(true);
    expect(await pid()).to.be.greaterThan(0);
  });

  it('is given up on a link that went silent, in bounded time', async () => {
    const first = await pid();
    link.mute();
    expect(isUnavailable(await failureOf(pid()))).to.equal(true);
    expect(await pid()).not.to.equal(first);
  });

  it('is another one after a minute without work', async () => {
    const first = await pid();
    now += 59_000;
    expect(await pid()).to.equal(first);
    now += 61_000;
    expect(await pid()).not.to.equal(first);
  });

  it('repeats what a migration has outdated', async () => {
    await database.pool.query('CREATE TABLE planned (a int)');
    const read = (client: Queryable) => client.query({ name: 'read', text: 'SELECT * FROM planned' });
    await connection.run(read);
    await database.pool.query('ALTER TABLE planned ADD COLUMN b int');
    expect((await connection.run(read)).fields.map(({ name }) => name)).to.deep.equal(['a', 'b']);
  });

  it('rejects while the server is away, and connects once it is back', async () => {
    link.cut();
    const failure = await failureOf(pid());
    link.restore();
    expect(isUnavailable(failure)).to.equal(true);
    expect(await pid()).to.be.greaterThan(0);
  });

  it('is closed at the end, and not opened again', async () => {
    const last = await pid();
    await connection.end();
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [last]);
      expect(rows).to.deep.equal([]);
    });
    expect(await failureOf(pid())).to.have.property('message', 'the connection was ended');
  });
}).timeout(20_000);
