import { expect } from 'chai';
import { listenForWakes, type WakeListener, wakeRelays } from '../../../src/outbox/wake.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('waking relays', () => {
  let database: TestDatabase;
  let listener: WakeListener | undefined;
  let wakes = 0;
  before(async () => {
    database = await createDatabase({ migrated: false });
  });
  after(() => database.drop());
  afterEach(() => listener?.stop());

  const listen = (url = database.url) => {
    wakes = 0;
    listener = listenForWakes(url, () => wakes++, createLogger('silent'));
    return listener;
  };

  it('wakes whoever listens, once for having begun and once for each wake-up', async () => {
    listen();
    await eventually(() => expect(wakes).to.equal(1));
    await wakeRelays(database.pool);
    await eventually(() => expect(wakes).to.equal(2));
  });

  it('listens again after its connection was ended, and wakes for what it may have missed', async () => {
    listen();
    await eventually(() => expect(wakes).to.equal(1));
    const { rowCount } = await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    expect(rowCount).to.equal(1);
    await eventually(() => expect(wakes).to.equal(2));
    await wakeRelays(database.pool);
    await eventually(() => expect(wakes).to.equal(3));
  });

  it('stops at once, connected, connecting, or with nobody to connect to', async () => {
    for (const url of [database.url, 'postgres://nobody@127.0.0.1:1/nothing']) {
      const started = performance.now();
      await listen(url).stop();
      expect(performance.now() - started).to.be.lessThan(1_000);
    }
    listen();
    await eventually(() => expect(wakes).to.equal(1));
    const started = performance.now();
    await listener?.stop();
    expect(performance.now() - started).to.be.lessThan(1_000);
  });
});
