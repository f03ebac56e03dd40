/** A worker on a machine whose clock is wrong: the log is kept by Postgres's time, which stored it. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createMember, type Member } from '../support/fleet.ts';
import { createLocalDir, type LocalDir } from '../support/local-dir.ts';
import {
  createBroker,
  createDatabase,
  type TestBroker,
  type TestDatabase,
} from '../support/servers-of-the-run.ts';

describe('a worker whose clock is moved', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let logDir: LocalDir;
  let member: Member | undefined;
  beforeEach(async () => {
    logDir = createLocalDir();
    [database, broker] = await Promise.all([createDatabase(), createBroker()]);
  });
  afterEach(async () => {
    await member?.end('SIGKILL');
    await Promise.all([member?.links.postgres.close(), member?.links.rabbitmq.close()]);
    await Promise.all([database.drop(), broker.drop()]);
    logDir.remove();
  });

  /** A log of one shop whose notifications were stored so many days ago, by Postgres's clock. */
  const stored = (shop: string, daysAgo: readonly number[]) =>
    database.pool.query(
      `WITH shop AS (INSERT INTO shops (id, head) VALUES ($1, cardinality($2::int[])))
       INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, stored_at)
       SELECT $1, n, $1 || n, 1, n, 'paid', now(), now() - make_interval(days => age)
       FROM unnest($2::int[]) WITH ORDINALITY AS a (age, n)`,
      [shop, daysAgo],
    );
  const kept = async (shop: string) => {
    const { rows } = await database.pool.query('SELECT seq::int FROM notifications WHERE shop_id = $1', [
      shop,
    ]);
    return rows.map(({ seq }) => seq);
  };
  async function startWorker(shiftDays: number): Promise<void> {
    member = await createMember('worker', 'worker', {
      entry: ['--import', 'tsx', '--import', './test/support/shifted-clock.mjs', 'src/main.ts'],
      urls: { postgres: database.url, rabbitmq: broker.url },
      env: {
        NODE_ENV: 'test',
        LOG_LEVEL: 'info',
        AMQP_PREFIX: broker.prefix,
        LOG_RETENTION_DAYS: '30',
        CLOCK_SHIFT_SECONDS: String(shiftDays * 86_400),
      },
      logDir: logDir.path,
      onCrash: (_, detail) => console.error(detail),
    });
    await member.start();
  }

  for (const [what, days] of [
    ['right', 0],
    ['31 days ahead', 31],
    ['31 days behind', -31],
  ] as const) {
    it(`removes what is older than the log is kept and nothing else: ${what}`, async () => {
      await stored('young', [29, 1, 0]);
      await stored('mixed', [40, 31, 29, 0]);
      await startWorker(days);
      await eventually(async () => expect(await kept('mixed')).to.not.include(2));
      expect(await kept('mixed')).to.deep.equal([3, 4]);
      // A second look comes, which finds nothing to remove.
      await stored('next', [40]);
      await eventually(async () => expect(await kept('next')).to.deep.equal([]));
      expect(await kept('young')).to.deep.equal([1, 2, 3]);
      expect(await kept('mixed')).to.deep.equal([3, 4]);
    });
  }
}).timeout(30_000);
