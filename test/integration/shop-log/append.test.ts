import { expect } from 'chai';
import pg from 'pg';
import type { Appended } from '../../../src/domain/log.ts';
import type { Notification } from '../../../src/domain/notification.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { appendVerdictOf } from '../../../src/worker/verdict.ts';
import { eventually } from '../../support/eventually.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

let lastId = 0;

function notification(fields: Partial<Notification> = {}): Notification {
  const id = ++lastId;
  return {
    shopId: 'shop',
    eventId: `event-${id}`,
    type: 1,
    orderId: id,
    content: `订单号： ${id}`,
    occurredAt: '2025-03-06T17:14:35.042Z',
    ...fields,
  };
}

/** What is easiest to compare of an outcome: `appended 1`. */
function brief(appended: Appended): string {
  return appended.outcome === 'conflict' ? 'conflict' : `${appended.outcome} ${appended.logged.seq}`;
}

describe('appending to the log', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(() => database.pool.query('TRUNCATE shops, notifications, receipts'));

  after(() => database.drop());

  async function append(...batch: Notification[]): Promise<string[]> {
    return (await appendNotifications(database.pool, batch)).map(brief);
  }

  interface Logged {
    shop: string;
    seq: number;
    event: string;
  }

  async function readLog(): Promise<Logged[]> {
    const { rows } = await database.pool.query<Logged>(
      `SELECT shop_id AS shop, seq::int, event_id AS event FROM notifications ORDER BY shop_id, seq`,
    );
    return rows;
  }

  async function readHeads(): Promise<Record<string, number>> {
    const { rows } = await database.pool.query('SELECT id, head::int FROM shops');
    return Object.fromEntries(rows.map(({ id, head }) => [id, head]));
  }

  /** As though all that is in the log had been appended so long before. */
  async function storeEarlier(interval: string): Promise<void> {
    await database.pool.query('UPDATE notifications SET stored_at = stored_at - $1::interval', [interval]);
  }

  it('numbers two events of one shop in one batch 1 and 2', async () => {
    const [a, b] = [notification(), notification()];
    expect(await append(a, b)).to.deep.equal(['appended 1', 'appended 2']);
    expect(await readLog()).to.deep.equal([
      { shop: 'shop', seq: 1, event: a.eventId },
      { shop: 'shop', seq: 2, event: b.eventId },
    ]);
    expect(await readHeads()).to.deep.equal({ shop: 2 });
  });

  it('numbers two events of one shop in two batches 1 and 2', async () => {
    const [a, b] = [notification(), notification()];
    expect(await append(a)).to.deep.equal(['appended 1']);
    expect(await append(b)).to.deep.equal(['appended 2']);
    expect((await readLog()).map(({ event }) => event)).to.deep.equal([a.eventId, b.eventId]);
    expect(await readHeads()).to.deep.equal({ shop: 2 });
  });

  it('numbers each shop by itself, and answers in the order of the batch', async () => {
    const shops = ['b', 'a', 'b', 'c', 'a'];
    const batch = shops.map((shopId) => notification({ shopId }));
    expect(await append(...batch)).to.deep.equal([1, 1, 2, 1, 2].map((seq) => `appended ${seq}`));
    expect(await readHeads()).to.deep.equal({ a: 2, b: 2, c: 1 });
  });

  it('numbers very many shops that it knows as it numbers new ones, also where one of them is new', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `shop-${(index * 7) % 40}`);
    const round = (...more: string[]) =>
      append(...[...many, ...more, ...many].map((shopId) => notification({ shopId })));
    const places = (...seqs: number[]) => seqs.map((seq) => `appended ${seq}`);
    const of = (seq: number) => many.map(() => seq);
    expect(await round()).to.deep.equal(places(...of(1), ...of(2)));
    expect(await round()).to.deep.equal(places(...of(3), ...of(4)));
    expect(await round('fresh')).to.deep.equal(places(...of(5), 1, ...of(6)));
    expect(await round('fresh')).to.deep.equal(places(...of(7), 2, ...of(8)));
    expect(await readHeads()).to.deep.equal({ ...Object.fromEntries(many.map((id) => [id, 8])), fresh: 2 });
  });

  it('takes no place of many shops where one of the events is in the log already', async () => {
    const first = Array.from({ length: 40 }, (_, index) => notification({ shopId: `shop-${index}` }));
    const second = first.map(({ shopId }) => notification({ shopId }));
    await append(...first);
    const [known] = first;
    if (known === undefined) throw new Error('there is no first one');
    expect(await append(...second, known)).to.deep.equal([...second.map(() => 'appended 2'), 'duplicate 1']);
    expect(new Set(Object.values(await readHeads()))).to.deep.equal(new Set([2]));
  });

  it('numbers many shops by two workers at once, one after the other', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `shop-${index}`);
    const batch = () => many.map((shopId) => notification({ shopId }));
    await append(...batch());
    const rounds = await Promise.all(Array.from({ length: 8 }, () => append(...batch())));
    for (const shop of many.keys()) {
      const seqs = rounds.map((outcomes) => outcomes[shop]);
      expect(new Set(seqs)).to.deep.equal(new Set([2, 3, 4, 5, 6, 7, 8, 9].map((seq) => `appended ${seq}`)));
    }
    expect(new Set(Object.values(await readHeads()))).to.deep.equal(new Set([9]));
  });

  it('answers with what the log holds, in the terms of the domain', async () => {
    const paid = notification({ type: 2, content: `'";{}\\,NULL \u{1f514} 订单号` });
    const [appended] = await appendNotifications(database.pool, [paid]);
    expect(appended).to.deep.include({ outcome: 'appended', logged: { ...paid, seq: 1 } });
    expect(appended)
      .to.have.property('epoch')
      .match(/^[0-9a-f-]{36}\.[0-9a-f]{8}$/);
  });

  it('appends nothing and answers nothing for an empty batch', async () => {
    expect(await append()).to.deep.equal([]);
    expect(await readHeads()).to.deep.equal({});
  });

  it('keeps every digit of an order id above 2^53', async () => {
    const ids = ['9007199254740993', '18446744073709551615', '99999999999999999999'];
    const batch = ids.map((orderId) => notification({ orderId }));
    const appended = await appendNotifications(database.pool, batch);
    expect(appended.map((one) => one.outcome !== 'conflict' && one.logged.orderId)).to.deep.equal(ids);
    const { rows } = await database.pool.query('SELECT order_id::text AS id FROM notifications ORDER BY seq');
    expect(rows.map(({ id }) => id)).to.deep.equal(ids);
  });

  describe('the same event twice', () => {
    it('logs it once when both are in one batch', async () => {
      const [twice, other] = [notification(), notification()];
      expect(await append(twice, twice, other)).to.deep.equal(['appended 1', 'duplicate 1', 'appended 2']);
      expect((await readLog()).map(({ event }) => event)).to.deep.equal([twice.eventId, other.eventId]);
    });

    it('logs it once when it comes in two batches, with its first place as the answer', async () => {
      const [twice, before, after] = [notification(), notification(), notification()];
      await append(before, twice);
      expect(await append(after, twice)).to.deep.equal(['appended 3', 'duplicate 2']);
      expect(await readHeads()).to.deep.equal({ shop: 3 });
    });

    it('answers with the content of the first time', async () => {
      const first = notification({ content: 'first' });
      await append(first);
      const [again] = await appendNotifications(database.pool, [{ ...first, content: 'second' }]);
      expect(again).to.deep.include({ outcome: 'duplicate', logged: { ...first, seq: 1 } });
    });

    it('logs it once for as long as its row is kept, whatever others of its order came since', async () => {
      const twice = notification();
      const ofTheSameOrder = Array.from({ length: 20 }, () =>
        notification({ orderId: twice.orderId, type: 2 }),
      );
      await append(twice);
      await storeEarlier('29 days');
      await append(...ofTheSameOrder);
      expect(await append(notification(), twice)).to.deep.equal(['appended 22', 'duplicate 1']);
    });

    it('logs it once when a fresh process appends it after a restart', async () => {
      const twice = notification();
      await append(twice);
      const restarted = new pg.Pool({ connectionString: database.url });
      try {
        const appended = await appendNotifications(restarted, [twice, notification()]);
        expect(appended.map(brief)).to.deep.equal(['duplicate 1', 'appended 2']);
      } finally {
        await restarted.end();
      }
    });

    /** Holds one worker's append open, uncommitted, until another has run into it. */
    async function appendAtOnce(
      first: Notification[],
      second: Notification[],
    ): Promise<[string[], string[]]> {
      const [one, two] = await Promise.all([database.pool.connect(), database.pool.connect()]);
      try {
        await one.query('BEGIN');
        const answered = await appendNotifications(one, first);
        const { rows } = await two.query('SELECT pg_backend_pid() AS pid');
        const waiting = appendNotifications(two, second);
        waiting.catch(() => {});
        await eventually(async () => {
          const state = 'SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1';
          expect((await database.pool.query(state, [rows[0].pid])).rows[0].wait_event_type).to.equal('Lock');
        });
        await one.query('COMMIT');
        return [answered.map(brief), (await waiting).map(brief)];
      } finally {
        one.release(true); // whatever it left open goes with it
        two.release(true);
      }
    }

    it('logs it once when two workers append it at once, in a shop that is new', async () => {
      const twice = notification();
      expect(await appendAtOnce([twice], [twice])).to.deep.equal([['appended 1'], ['duplicate 1']]);
      expect(await readHeads()).to.deep.equal({ shop: 1 });
    });

    it('logs it once and leaves no hole when two workers append it at once among others', async () => {
      await append(notification());
      const [twice, a, b] = [notification(), notification(), notification()];
      expect(await appendAtOnce([twice, a], [a, b, twice])).to.deep.equal([
        ['appended 2', 'appended 3'],
        ['duplicate 3', 'appended 4', 'duplicate 2'],
      ]);
      expect((await readLog()).map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4]);
    });
  });

  describe('an event id that another shop has', () => {
    const elsewhere = (first: Notification) => ({ ...first, shopId: 'other', orderId: 888_888 });

    it('is logged there as well, in a batch of its own and among others', async () => {
      const [first, other] = [notification(), notification()];
      await append(first);
      expect(await append(elsewhere(first))).to.deep.equal(['appended 1']);
      expect(await append(elsewhere(other), other)).to.deep.equal(['appended 2', 'appended 2']);
      expect(await readLog()).to.deep.equal([
        { shop: 'other', seq: 1, event: first.eventId },
        { shop: 'other', seq: 2, event: other.eventId },
        { shop: 'shop', seq: 1, event: first.eventId },
        { shop: 'shop', seq: 2, event: other.eventId },
      ]);
    });

    it('is answered with what its own shop holds when both come again', async () => {
      const first = notification();
      const second = elsewhere(first);
      await append(first, second);
      const again = await appendNotifications(database.pool, [second, first]);
      expect(again.map((one) => one.outcome === 'duplicate' && one.logged)).to.deep.equal([
        { ...second, seq: 1 },
        { ...first, seq: 1 },
      ]);
    });

    it('keeps no event of a batch back, whichever of them come again', async () => {
      const [a, b, c] = [notification(), notification(), notification()];
      await append(a, elsewhere(b));
      expect(await append(c, a, b, elsewhere(a), elsewhere(b))).to.deep.equal([
        'appended 2',
        'duplicate 1',
        'appended 3',
        'appended 2',
        'duplicate 1',
      ]);
      expect(await readHeads()).to.deep.equal({ shop: 3, other: 2 });
    });

    it('is logged in both by two workers at once, and neither waits for the other', async () => {
      const first = notification();
      const client = await database.pool.connect();
      try {
        await client.query('BEGIN');
        expect((await appendNotifications(client, [first])).map(brief)).to.deep.equal(['appended 1']);
        expect(await append(elsewhere(first))).to.deep.equal(['appended 1']);
        await client.query('COMMIT');
      } finally {
        client.release(true);
      }
      expect(await readHeads()).to.deep.equal({ shop: 1, other: 1 });
    });
  });

  describe('an event id that was something else', () => {
    it('is a conflict with another type, and nothing is appended, however long after', async () => {
      const first = notification();
      await append(first);
      await storeEarlier('29 days');
      expect(await append({ ...first, type: 2 })).to.deep.equal(['conflict']);
      expect(await readLog()).to.deep.equal([{ shop: 'shop', seq: 1, event: first.eventId }]);
      expect((await readHeads()).shop).to.equal(1);
    });

    it('is a conflict with another type also within one batch, and the others are logged without a hole', async () => {
      const [first, other] = [notification(), notification()];
      expect(await append(first, { ...first, type: 2 }, other)).to.deep.equal([
        'appended 1',
        'conflict',
        'appended 2',
      ]);
      expect((await readLog()).map(({ event }) => event)).to.deep.equal([first.eventId, other.eventId]);
    });

    for (const orderId of [999_999, '9007199254740993']) {
      it(`is another event with another order, such as ${orderId}, and each is answered with its own place`, async () => {
        const first = notification();
        const second = { ...first, orderId };
        expect(await append(first)).to.deep.equal(['appended 1']);
        expect(await append(second)).to.deep.equal(['appended 2']);
        expect(await append(second, first)).to.deep.equal(['duplicate 2', 'duplicate 1']);
      });

      it(`is another event with another order, such as ${orderId}, also within one batch`, async () => {
        const first = notification();
        const second = { ...first, orderId };
        expect(await append(first, second, first)).to.deep.equal(['appended 1', 'appended 2', 'duplicate 1']);
      });
    }

    it('names what the id belongs to', async () => {
      const first = notification({ orderId: 77 });
      await append(first);
      expect(await appendNotifications(database.pool, [{ ...first, type: 2 }])).to.deep.equal([
        { outcome: 'conflict', detail: 'id of type 1, order 77, shop shop' },
      ]);
    });

    it('tells order ids apart that are the same as JSON numbers', async () => {
      const first = notification({ orderId: '9007199254740992' });
      await append(first);
      expect(await append({ ...first, orderId: '9007199254740993' })).to.deep.equal(['appended 2']);
    });
  });

  describe('a value that its column cannot hold', () => {
    const values: [string, Partial<Notification>, string][] = [
      ['a year zero', { occurredAt: '0000-01-01T00:00:00Z' }, '22008'],
      ['an order id of 21 digits', { orderId: '1'.repeat(21) }, '22003'],
      ['a NUL in the content', { content: 'a\u0000b' }, '22021'],
      ['an event id with a space', { eventId: 'a b' }, '23514'],
      ['a shop with a dot', { shopId: 'a.b' }, '23514'],
    ];
    for (const [what, fields, state] of values) {
      it(`fails the batch with an error that isolates the row when it is ${what}`, async () => {
        const batch = [notification(), notification(fields), notification()];
        const error = await appendNotifications(database.pool, batch).catch((error) => error);
        expect(error).to.be.instanceOf(pg.DatabaseError).and.to.include({ code: state });
        expect(appendVerdictOf(error)).to.equal('isolate');
        expect(await readLog()).to.deep.equal([]);
        expect(await append(...batch.filter((_, index) => index !== 1))).to.deep.equal([
          'appended 1',
          'appended 2',
        ]);
      });
    }
  });

  it('leaves no hole when an append is rolled back', async () => {
    await append(notification());
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await appendNotifications(client, [notification(), notification()]);
      await client.query('ROLLBACK');
    } finally {
      client.release(true);
    }
    expect(await append(notification())).to.deep.equal(['appended 2']);
  });

  it('leaves no hole and logs each event once when ten workers append interleaved batches', async () => {
    const shops = ['a', 'B', 'c', 'D', 'e'];
    const events = Array.from({ length: 600 }, (_, index) =>
      notification({ shopId: shops[index % shops.length] ?? 'a' }),
    );
    const workers = await Promise.all(Array.from({ length: 10 }, () => database.pool.connect()));
    try {
      const done = await Promise.allSettled(
        workers.map(async (worker, index) => {
          // Each worker gets a third of all events, so each event comes three or four times, in other company.
          // All take the shops' locks in the same order: nobody has to try again.
          const mine = events.filter((_, place) => (place * 7 + index) % 3 === 0);
          if (index % 2 === 1) mine.reverse();
          for (let start = 0; start < mine.length; start += 5 + index) {
            const batch = mine.slice(start, start + 5 + index);
            const outcomes = await appendNotifications(worker, batch);
            expect(outcomes.every(({ outcome }) => outcome !== 'conflict')).to.equal(true);
          }
        }),
      );
      for (const one of done) if (one.status === 'rejected') throw one.reason;
    } finally {
      for (const worker of workers) worker.release();
    }
    const log = await readLog();
    expect(new Set(log.map(({ event }) => event)).size).to.equal(events.length);
    expect(log).to.have.length(events.length);
    for (const shop of shops) {
      const seqs = log.filter((row) => row.shop === shop).map(({ seq }) => seq);
      expect(seqs, shop).to.deep.equal(Array.from({ length: 120 }, (_, index) => index + 1));
    }
    expect(await readHeads()).to.deep.equal(Object.fromEntries(shops.map((shop) => [shop, 120])));
  });
});
