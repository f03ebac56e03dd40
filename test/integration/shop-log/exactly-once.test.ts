/**
 * Guarantee 2 as a property: whatever workers append at once, are killed in, deliver again and append after, and whatever retention removes
 * meanwhile, each event is in its shop's log exactly once while its row is kept, and `seq` has no hole.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import type pg from 'pg';
import type { Notification } from '../../../src/domain/notification.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { removeExpired } from '../../../src/shop-log/retention.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const never = new AbortController().signal;
const SHOPS = ['a', 'b', 'c'];
const EVENTS = 24;
const RUNS = 25;

/** Ids that sort and that do not, each of all shops; several events of an order. */
const EVENTS_OF_ALL: readonly Notification[] = Array.from({ length: EVENTS }, (_, index) => {
  const place = Math.floor(index / SHOPS.length);
  return {
    shopId: SHOPS[index % SHOPS.length] ?? 'a',
    eventId: place % 2 === 0 ? `id-${place}` : `${(place * 7_919) % 101}-random`,
    type: place % 4 === 3 ? 2 : 1,
    orderId: 1 + Math.floor(place / 2),
    content: 'x',
    occurredAt: '2025-03-06T17:14:35.042Z',
  };
});

const batch = fc.array(fc.nat(EVENTS - 1), { minLength: 1, maxLength: 8 });

/** What happens at once in a step. */
const step = fc.record({
  workers: fc.array(batch, { minLength: 1, maxLength: 3 }),
  /** Its batch is appended, and never committed: the worker is killed. */
  killed: fc.option(batch, { nil: undefined }),
  /** Of each shop, how many of the front are past their time by now. */
  expired: fc.nat(3),
});

describe('an event in the log', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  after(() => database.drop());

  it('is there exactly once, whatever is delivered again, killed and removed', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      await database.pool.query('TRUNCATE shops, notifications, receipts');
      const appended: Appends = new Map();
      for (const { workers, killed, expired } of steps) {
        await expire(database.pool, expired);
        await Promise.all([
          ...workers.map((indexes) => appendBy(database.pool, indexes, appended)),
          killed === undefined ? undefined : appendAndDie(database.pool, killed),
          removeExpired(database.pool, { days: 30, batch: 2, signal: never }),
        ]);
        await expectExactlyOnce(database.pool, appended);
      }
    });
    await fc.assert(property, { numRuns: RUNS });
  }).timeout(120_000);
});

/** How often each event was answered with a new place. */
type Appends = Map<string, Set<number>>;

const keyOf = ({ shopId, eventId }: { shopId: string; eventId: string }) => `${shopId} ${eventId}`;

/** Again until it gets through, as the worker does. */
async function appendBy(pool: pg.Pool, indexes: readonly number[], appended: Appends): Promise<void> {
  const events = indexes.flatMap((index) => EVENTS_OF_ALL[index] ?? []);
  for (const answer of await appendNotifications(pool, events)) {
    if (answer.outcome === 'conflict') throw new Error(answer.detail);
    if (answer.outcome === 'duplicate') continue;
    const key = keyOf(answer.logged);
    const places = appended.get(key) ?? new Set();
    expect(places.has(answer.logged.seq), `${key} at ${answer.logged.seq} twice`).to.equal(false);
    appended.set(key, places.add(answer.logged.seq));
  }
}

async function appendAndDie(pool: pg.Pool, indexes: readonly number[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await appendNotifications(
      client,
      indexes.flatMap((index) => EVENTS_OF_ALL[index] ?? []),
    );
  } finally {
    client.release(true); // its transaction goes with it
  }
}

/** The first `count` that are left of each shop are as old as 31 days. */
async function expire(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(
    `UPDATE notifications n SET stored_at = now() - interval '31 days' FROM shops s
     WHERE s.id = n.shop_id AND n.seq < s.oldest + $1`,
    [count],
  );
}

async function expectExactlyOnce(pool: pg.Pool, appended: Appends): Promise<void> {
  const { rows } = await pool.query<{ shopId: string; eventId: string; seq: number }>(
    'SELECT shop_id AS "shopId", event_id AS "eventId", seq::int FROM notifications ORDER BY shop_id, seq',
  );
  expect(new Set(rows.map(keyOf)).size, 'events').to.equal(rows.length);
  for (const row of rows)
    expect(appended.get(keyOf(row))?.has(row.seq), `${keyOf(row)} at ${row.seq}`).to.equal(true);
  const { rows: shops } = await pool.query<{ id: string; head: number; oldest: number }>(
    'SELECT id, head::int, oldest::int FROM shops',
  );
  for (const { id, head, oldest } of shops) {
    const seqs = rows.filter(({ shopId }) => shopId === id).map(({ seq }) => seq);
    expect(seqs, id).to.deep.equal(Array.from({ length: head - oldest + 1 }, (_, index) => oldest + index));
  }
  const places = shops.reduce((sum, { head }) => sum + head, 0);
  expect(
    [...appended.values()].reduce((sum, seqs) => sum + seqs.size, 0),
    'answers',
  ).to.equal(places);
}
