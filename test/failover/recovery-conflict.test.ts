/** A read on a standby that stands in the way of what the standby has to replay. */

import { expect } from 'chai';
import pg from 'pg';
import { createPool, isUnavailable, sqlStateOf } from '../../src/platform/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { silent } from '../support/feed.ts';
import { haveStandbys, type ReplicatedPostgres, startReplicatedPostgres } from '../support/real-standby.ts';

describe('a read that a standby cancels for its replay', function () {
  this.timeout(60_000);
  let postgres: ReplicatedPostgres;
  let pool: pg.Pool;

  before(async function () {
    if (!haveStandbys()) this.skip();
    postgres = await startReplicatedPostgres();
    const [standby] = postgres.standbys;
    if (standby === undefined) throw new Error('there is no standby');
    const limits = { poolSize: 1, connectSeconds: 5, statementSeconds: 40 };
    pool = createPool({ url: standby.url(), ...limits }, silent);
    await standby.query('ALTER SYSTEM SET max_standby_streaming_delay = 0');
    await standby.query('SELECT pg_reload_conf()');
    await postgres.primary.query('CREATE TABLE things AS SELECT generate_series(1, 10) AS id');
    await postgres.caughtUp(standby, postgres.primary);
  });
  after(async () => {
    await pool?.end();
    await postgres?.close();
  });

  it('is of a database that is away, and not of a wrong statement', async () => {
    const reading = pool.query('SELECT id, pg_sleep(3) FROM things').catch((error) => error);
    await eventually(async () => {
      const [row] = (await postgres.standbys[0]?.query(
        "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
      )) ?? [undefined];
      if (row === undefined) throw new Error('the statement does not run yet');
    });
    await postgres.primary.query('DELETE FROM things');
    await postgres.primary.query('VACUUM things');
    const error = await reading;
    expect(sqlStateOf(error), String(error)).to.equal('40001');
    expect(isUnavailable(error)).to.equal(true);
  });

  it('is not what two writers of one row are', async () => {
    const { primary } = postgres;
    await primary.query('CREATE TABLE counters AS SELECT 1 AS n');
    const [one, other] = [primary.url(), primary.url()].map((url) => new pg.Client(url));
    if (one === undefined || other === undefined) return;
    await Promise.all([one.connect(), other.connect()]);
    try {
      for (const client of [one, other]) {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await client.query('SELECT n FROM counters');
      }
      await one.query('UPDATE counters SET n = n + 1');
      await one.query('COMMIT');
      const error = await other.query('UPDATE counters SET n = n + 1').catch((error) => error);
      expect(sqlStateOf(error), String(error)).to.equal('40001');
      expect(isUnavailable(error)).to.equal(false);
    } finally {
      await Promise.all([one.end(), other.end()]);
    }
  });
});
