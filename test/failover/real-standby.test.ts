/** What the other tests here stand on: real standbys that follow, fall behind and are promoted, and leave nothing. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.ts';
import { processesWith } from '../support/processes.ts';
import { haveStandbys, type ReplicatedPostgres, startReplicatedPostgres } from '../support/real-standby.ts';

describe('a replicated Postgres of a test', () => {
  let postgres: ReplicatedPostgres | undefined;
  before(function () {
    if (!haveStandbys()) this.skip();
  });
  afterEach(() => postgres?.close());

  async function start(options: Parameters<typeof startReplicatedPostgres>[0]) {
    postgres = await startReplicatedPostgres(options);
    const [standby] = postgres.standbys;
    if (standby === undefined) throw new Error('there is no standby');
    await postgres.primary.query('CREATE TABLE kept (n int)');
    return { postgres, primary: postgres.primary, standby };
  }
  const insert = (n: number) => `INSERT INTO kept VALUES (${n})`;
  const kept = async (node: { query: ReplicatedPostgres['primary']['query'] }) =>
    (await node.query<{ n: number }>('SELECT n FROM kept ORDER BY n')).map(({ n }) => n);

  it('loses at an asynchronous failover what the standby was not sent, and takes a fresh standby', async () => {
    const { postgres, primary, standby } = await start({});
    await primary.query(insert(1));
    await postgres.caughtUp(standby, primary);
    standby.link?.cut();
    await primary.query(insert(2));
    await primary.kill();
    await standby.promote();
    await standby.query(insert(3));
    expect(await kept(standby)).to.deep.equal([1, 3]);
    const fresh = await postgres.addStandby(standby);
    expect(await kept(fresh)).to.deep.equal([1, 3]);
  });

  it('lets a synchronous commit wait for as long as the standby is cut off', async () => {
    const { primary, standby } = await start({ synchronous: true });
    standby.link?.cut();
    let done = false;
    const commit = primary.query(insert(1)).then(() => {
      done = true;
    });
    await eventually(async () => {
      const [row] = await primary.query<{ waiting: number }>(
        "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
      );
      expect(row?.waiting).to.equal(1);
    });
    expect(done).to.equal(false);
    standby.link?.restore();
    await commit;
    await primary.kill();
    await standby.promote();
    expect(await kept(standby)).to.deep.equal([1]);
  });

  it('leads the service to another instance under the same address', async () => {
    const { postgres, standby } = await start({});
    const { url } = postgres;
    await postgres.primary.kill();
    await standby.promote();
    postgres.leadTo(standby);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SELECT pg_is_in_recovery() AS waits, inet_server_port() AS port');
    await client.end();
    expect(rows).to.deep.equal([{ waits: false, port: Number(new URL(standby.url()).port) }]);
  });

  it('is gone, processes and files, after the run that started it was killed', async () => {
    const support = new URL('../support/real-standby.ts', import.meta.url).href;
    const script = `const { startReplicatedPostgres } = await import('${support}');
      console.log((await startReplicatedPostgres()).dir); setInterval(() => {}, 1000);`;
    const run = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = await once(run.stdout, 'data');
    const dir = String(printed).trim();
    expect(processesWith(dir)).to.have.length.above(2);
    run.kill('SIGKILL');
    await eventually(() => {
      expect(processesWith(dir)).to.deep.equal([]);
      expect(existsSync(dir)).to.equal(false);
    });
  });
}).timeout(30_000);
