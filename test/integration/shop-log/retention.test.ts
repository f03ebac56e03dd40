/** Retention on a real log, also while somebody pages through it. */

import { expect } from 'chai';
import { readPage } from '../../../src/shop-log/read-log.ts';
import { removeExpired, removeOldProgress } from '../../../src/shop-log/retention.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const DAYS = 30;
const never = new AbortController().signal;

describe('retention', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  /** A log of `old` notifications from 40 days ago and `young` ones from now. */
  async function fill(shopId: string, old: number, young: number): Promise<void> {
    await database.pool.query('INSERT INTO shops (id, head) VALUES ($1, $2)', [shopId, old + young]);
    await database.pool.query(
      `INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, stored_at)
       SELECT $1, n, $1 || n, 1, n, 'x', now(), now() - CASE WHEN n <= $2 THEN interval '40 days' ELSE interval '0' END
       FROM generate_series(1, $3) n`,
      [shopId, old, old + young],
    );
  }

  const expire = (batch = 7) => removeExpired(database.pool, { days: DAYS, batch, signal: never });

  const state = async (shopId: string) => {
    const { rows } = await database.pool.query(
      `SELECT s.head::int, s.oldest::int, count(n.seq)::int AS kept, min(n.seq)::int AS first
       FROM shops s LEFT JOIN notifications n ON n.shop_id = s.id WHERE s.id = $1 GROUP BY s.id`,
      [shopId],
    );
    return rows[0];
  };

  it('removes what is older, in batches, and moves oldest with it', async () => {
    await fill('a', 20, 5);
    await fill('b', 0, 3);
    await fill('c', 9, 0);
    expect(await expire()).to.equal(29);
    expect(await state('a')).to.deep.equal({ head: 25, oldest: 21, kept: 5, first: 21 });
    expect(await state('b')).to.deep.equal({ head: 3, oldest: 1, kept: 3, first: 1 });
    expect(await state('c')).to.deep.equal({ head: 9, oldest: 10, kept: 0, first: null });
    expect(await expire()).to.equal(0);
  });

  it('removes what tills reported before then, in batches', async () => {
    await database.pool.query(
      `INSERT INTO progress (shop_id, kind, seq, sid, at)
       SELECT 'a', 'spoken', n, 'till-1', now() - CASE WHEN n <= 20 THEN interval '31 days' ELSE interval '29 days' END
       FROM generate_series(1, 25) n`,
    );
    const remove = () => removeOldProgress(database.pool, { days: DAYS, batch: 7, signal: never });
    expect(await remove()).to.equal(20);
    expect(await remove()).to.equal(0);
    const { rows } = await database.pool.query('SELECT min(seq)::int AS first FROM progress');
    expect(rows[0]).to.deep.equal({ first: 21 });
  });

  it("goes by Postgres's clock when ours is 31 days ahead, or behind", async () => {
    await fill('a', 4, 5);
    const { now } = Date;
    try {
      for (const days of [31, -31]) {
        Date.now = () => now() + days * 86_400_000;
        expect(await expire()).to.equal(days > 0 ? 4 : 0);
      }
    } finally {
      Date.now = now;
    }
    expect(await state('a')).to.deep.equal({ head: 9, oldest: 5, kept: 5, first: 5 });
  });

  it('takes the receipts of what it removes along, and keeps the others', async () => {
    await fill('a', 3, 3);
    await database.pool.query(
      `INSERT INTO receipts (shop_id, n, seq, sid) VALUES ('a', 1, 2, 's'), ('a', 2, 5, 's'); UPDATE shops SET receipts = 2`,
    );
    await expire();
    const { rows } = await database.pool.query('SELECT n::int FROM receipts');
    expect(rows).to.deep.equal([{ n: 2 }]);
  });

  it('stops at the first that is young enough, although later ones are not', async () => {
    await fill('a', 2, 3);
    await database.pool.query(
      `UPDATE notifications SET stored_at = now() - interval '40 days' WHERE seq = 5`,
    );
    expect(await expire(100)).to.equal(2);
    expect(await state('a')).to.deep.equal({ head: 5, oldest: 3, kept: 3, first: 3 });
  });

  it('shows a reader a page without a hole, whatever is removed meanwhile', async () => {
    await fill('a', 400, 50);
    const removing = expire(5);
    let oldest = 0;
    for (let since = 0; since < 450; ) {
      const page = await readPage(database.pool, 'a', since, 20);
      if (page === undefined) throw new Error('the log is gone');
      const seqs = page.notifications.map(({ seq }) => seq);
      const first = seqs[0] ?? 0;
      expect(seqs).to.deep.equal(seqs.map((_, index) => first + index));
      expect(first).to.equal(Math.max(since + 1, page.oldest));
      expect(page.oldest).to.be.at.least(oldest);
      oldest = page.oldest;
      since = seqs.at(-1) ?? 450;
    }
    expect(await removing).to.equal(400);
  });

  it('leaves a shop out that another has locked, also in the middle of its log, until the next time', async () => {
    for (const shop of ['a', 'b', 'c']) await fill(shop, 20, 1);
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM shops WHERE id = 'b' FOR UPDATE`);
      expect(await expire()).to.equal(40);
      await client.query('COMMIT');
    } finally {
      client.release(true);
    }
    expect(await state('b')).to.deep.equal({ head: 21, oldest: 1, kept: 21, first: 1 });
    expect(await expire()).to.equal(20);
    expect(await state('b')).to.deep.equal({ head: 21, oldest: 21, kept: 1, first: 21 });
  });

  it('looks at no more shops than a batch needs, whatever the planner takes for dear', async () => {
    const shops = 2_000;
    await database.pool.query(
      `INSERT INTO shops (id, head) SELECT 'shop-' || n, 1 FROM generate_series(1, ${shops}) n ORDER BY md5(n::text);
       INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, stored_at)
       SELECT 'shop-' || n, 1, n, 1, n, 'x', now(), now() - interval '40 days' FROM generate_series(1, ${shops}) n;`,
    );
    await database.pool.query('VACUUM ANALYZE shops, notifications');
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN; SET LOCAL random_page_cost = 1000; SET LOCAL seq_page_cost = 0');
      const { rows } = await client.query(
        `SELECT removed::int FROM remove_expired(now() - interval '30 days', 10, '')`,
      );
      expect(rows).to.deep.equal([{ removed: 10 }]);
      const looked = await client.query(
        `SELECT pg_stat_get_xact_numscans('notifications_pkey'::regclass)::int AS times`,
      );
      expect(looked.rows[0].times).to.be.within(1, 200);
    } finally {
      client.release(true);
    }
  });

  it('is done as well by a worker of the version before', async () => {
    await fill('a', 5, 1);
    const { rows } = await database.pool.query(
      `SELECT remove_expired(now() - interval '30 days', 100)::int AS removed`,
    );
    expect(rows).to.deep.equal([{ removed: 5 }]);
  });

  it('may be done by two at once', async () => {
    for (const shop of ['a', 'b', 'c', 'd']) await fill(shop, 50, 1);
    const [one, two] = await Promise.all([expire(3), expire(3)]);
    await expire();
    const { rows } = await database.pool.query('SELECT count(*)::int FROM notifications');
    expect(rows[0].count).to.equal(4);
    expect(one + two).to.be.at.most(200);
  });
});
