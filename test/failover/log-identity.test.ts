/** Two real standbys are promoted from the same timeline: each is another log than the primary, and than the other. */

import { expect } from 'chai';
import { migrateUp } from '../../db/migrate.ts';
import { createPool } from '../../src/platform/postgres.ts';
import { openLog, readStates } from '../../src/shop-log/read-log.ts';
import { silent } from '../support/feed.ts';
import { haveStandbys, type ReplicatedPostgres, startReplicatedPostgres } from '../support/real-standby.ts';

describe('the identity of the log, after a failover', () => {
  let postgres: ReplicatedPostgres;
  before(async function () {
    if (!haveStandbys()) this.skip();
    postgres = await startReplicatedPostgres({ standbys: 2 });
  });
  after(() => postgres?.close());

  async function readEpoch(url: string): Promise<string | undefined> {
    const pool = createPool({ url, poolSize: 1, connectSeconds: 5, statementSeconds: 5 }, silent);
    try {
      return (await readStates(pool, ['shop'])).get('shop')?.epoch;
    } finally {
      await pool.end();
    }
  }

  it('differs between the primary and two that were promoted from its timeline, for readers that come first', async () => {
    const { primary, standbys } = postgres;
    await migrateUp(primary.url());
    const pool = createPool(
      { url: primary.url(), poolSize: 1, connectSeconds: 5, statementSeconds: 5 },
      silent,
    );
    const { epoch } = await openLog(pool, 'shop');
    await pool.end();
    for (const standby of standbys) await postgres.caughtUp(standby, primary);
    const early = await readEpoch(standbys[0]?.url() ?? '').catch((error) => error);
    expect(early).to.include({ code: '55000' });
    await primary.kill();
    for (const standby of standbys) await standby.promote();
    const [one, other] = await Promise.all(standbys.map((standby) => readEpoch(standby.url())));
    expect(new Set([epoch, one, other]).size).to.equal(3);
    expect(one?.split('.')[0]).to.equal(epoch.split('.')[0]);
    expect(await readEpoch(standbys[0]?.url() ?? '')).to.equal(one);
  }).timeout(60_000);
});
