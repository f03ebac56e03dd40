/** A stretch of a shop's log by time: read, summed up and searched. */

import { expect } from 'chai';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { readRange } from '../../../src/shop-log/read-range.ts';
import { searchLog } from '../../../src/shop-log/search-log.ts';
import { summariseRange } from '../../../src/shop-log/summarise-range.ts';
import { acknowledgeOne } from '../../support/acknowledge.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const EVERYTHING = { from: undefined, to: undefined };

/** Three days of ten alerts, one an hour from noon on: 1 to 10, 11 to 20, 21 to 30. */
const FIRST_NOON = Date.parse('2025-03-06T12:00:00.000Z');
const HOUR = 3_600_000;
const noon = (day: number) => new Date(FIRST_NOON + day * 24 * HOUR).toISOString();
const midnight = (day: number) => new Date(FIRST_NOON + (day * 24 - 12) * HOUR).toISOString();

describe('a stretch of the log by time', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(async () => {
    await database.pool.query('TRUNCATE shops, notifications, receipts, escalation_steps CASCADE');
    for (const shopId of ['other', 'shop']) {
      await appendNotifications(database.pool, alertsOf(shopId, 30));
      await database.pool.query(
        `UPDATE notifications SET stored_at = $1::timestamptz + make_interval(days => (seq - 1)::int / 10, hours => (seq - 1)::int % 10)
         WHERE shop_id = $2`,
        [noon(0), shopId],
      );
    }
  });

  after(() => database.drop());

  function alertsOf(shopId: string, count: number) {
    return Array.from({ length: count }, (_, index) => ({
      shopId,
      eventId: `${shopId}-${index + 1}`,
      type: index % 2 === 0 ? (1 as const) : (2 as const),
      orderId: 1000 + index,
      content: `订单号： N-${index + 1}`,
      occurredAt: '2025-03-06T17:14:35.042Z',
    }));
  }

  const range = (from: string | undefined, to: string | undefined, more = {}) =>
    readRange(database.pool, { shopId: 'shop', from, to, since: 0, limit: 1000, ...more });
  const seqsOf = (page: { notifications: { seq: number }[] } | undefined) =>
    page?.notifications.map(({ seq }) => seq);
  const span = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  async function receipt(seq: number, seconds: number, reason = 'acknowledged'): Promise<void> {
    await acknowledgeOne(database.pool, 'shop', seq, 'till');
    await database.pool.query(
      `UPDATE receipts r SET acked_at = n.stored_at + make_interval(secs => $2), reason = $3
       FROM notifications n WHERE n.shop_id = r.shop_id AND n.seq = r.seq AND r.shop_id = 'shop' AND r.seq = $1`,
      [seq, seconds, reason],
    );
  }

  async function forgetUpTo(seq: number): Promise<void> {
    await database.pool.query("DELETE FROM notifications WHERE shop_id = 'shop' AND seq <= $1", [seq]);
    await database.pool.query("UPDATE shops SET oldest = $1 WHERE id = 'shop'", [seq + 1]);
  }

  describe('by the page', () => {
    it('holds what was logged from the first instant on and before the second', async () => {
      const page = await range(midnight(1), midnight(2));
      expect(seqsOf(page)).to.deep.equal(span(11, 20));
      expect(page).to.include({ head: 30, oldest: 1, ends: 21 });
      expect(page?.notifications[0]).to.include({ loggedAt: noon(1) });
      expect(seqsOf(await range(noon(1), noon(2)))).to.deep.equal(span(11, 20));
    });

    it('goes from the beginning, or to the end, where one of them is missing', async () => {
      expect(seqsOf(await range(midnight(2), undefined))).to.deep.equal(span(21, 30));
      expect(seqsOf(await range(undefined, midnight(1)))).to.deep.equal(span(1, 10));
      expect(seqsOf(await range(undefined, undefined))).to.deep.equal(span(1, 30));
    });

    it('is empty before the log began, after its head, and between two alerts', async () => {
      expect(await range(midnight(-1), midnight(0))).to.deep.include({ notifications: [], ends: 1 });
      expect(await range(midnight(3), midnight(4))).to.deep.include({ notifications: [], ends: 31 });
      const early = new Date(FIRST_NOON + 11 * HOUR).toISOString();
      expect(await range(early, midnight(1))).to.deep.include({ notifications: [], ends: 11 });
    });

    it('goes on after `since`, and never before the range', async () => {
      expect(seqsOf(await range(midnight(1), midnight(2), { since: 14, limit: 3 }))).to.deep.equal([
        15, 16, 17,
      ]);
      expect(seqsOf(await range(midnight(1), midnight(2), { since: 3, limit: 2 }))).to.deep.equal([11, 12]);
      expect(seqsOf(await range(midnight(1), midnight(2), { since: 20 }))).to.deep.equal([]);
    });

    it('finds the place over a hole, and in what retention has left', async () => {
      await database.pool.query("DELETE FROM notifications WHERE shop_id = 'shop' AND seq BETWEEN 14 AND 22");
      expect(seqsOf(await range(midnight(1), midnight(2)))).to.deep.equal([11, 12, 13]);
      expect(seqsOf(await range(midnight(2), undefined))).to.deep.equal(span(23, 30));
      await forgetUpTo(12);
      expect(seqsOf(await range(midnight(1), midnight(2)))).to.deep.equal([13]);
    });

    it('has the receipt, the end of the escalation and its newest step', async () => {
      await receipt(11, 5);
      await database.pool.query(
        `UPDATE notifications SET expired_at = $1 WHERE shop_id = 'shop' AND seq = 12`,
        [noon(2)],
      );
      await escalate(12);
      const page = await range(midnight(1), midnight(2));
      expect(page?.notifications[0]).to.include({ ackedBy: 'till', reason: 'acknowledged' });
      expect(page?.notifications[1]).to.deep.include({ expiredAt: noon(2) });
      expect(page?.notifications[1]?.escalated).to.include({ step: 1 });
    });

    it('is undefined for a shop that has no log', async () => {
      expect(await range(undefined, undefined, { shopId: 'none' })).to.equal(undefined);
    });
  });

  async function escalate(seq: number): Promise<void> {
    for (const cycle of [0, 1]) {
      await database.pool.query(
        `INSERT INTO escalation_steps (shop_id, seq, cycle, step, policy_id, condition, targets, presence, due_at)
         VALUES ('shop', $1, $2, 1, 1, 'unheard', '{manager}', 'silent', now())`,
        [seq, cycle],
      );
    }
  }

  describe('in numbers', () => {
    const summary = (from?: string, to?: string) => summariseRange(database.pool, 'shop', { from, to });

    it('counts by type what came and what became of it, each in one outcome', async () => {
      await receipt(11, 10); // orders: 11, 13, 15, 17, 19
      await receipt(13, 20);
      await receipt(15, 90);
      await receipt(17, 1, 'accepted');
      await receipt(12, 7); // reminders: 12, 14, 16, 18, 20
      await escalate(14);
      await escalate(11);
      await database.pool.query(
        "UPDATE notifications SET expired_at = now() WHERE shop_id = 'shop' AND seq IN (11, 14)",
      );
      expect(await summary(midnight(1), midnight(2))).to.deep.include({
        keptFrom: noon(0),
        isWhole: true,
        kinds: [
          {
            ...{ type: 1, logged: 5, acknowledged: 3, resolved: 1, expired: 0, open: 1, escalated: 1 },
            ...{ medianSeconds: 20, slowest: { seq: 15, seconds: 90 } },
          },
          {
            ...{ type: 2, logged: 5, acknowledged: 1, resolved: 0, expired: 1, open: 3, escalated: 1 },
            ...{ medianSeconds: 7, slowest: { seq: 12, seconds: 7 } },
          },
        ],
      });
    });

    it('is half way between the two in the middle, and null without an acknowledgement', async () => {
      await receipt(11, 10);
      await receipt(13, 21);
      await receipt(12, 5, 'cancelled');
      const { kinds } = (await summary(midnight(1), midnight(2))) ?? expect.fail('no log');
      expect(kinds.map(({ medianSeconds }) => medianSeconds)).to.deep.equal([15.5, null]);
      expect(kinds[1]?.slowest).to.equal(null);
    });

    it('has no kinds where nothing was logged, and says since when the log is kept', async () => {
      await forgetUpTo(12);
      const kept = new Date(FIRST_NOON + 26 * HOUR).toISOString();
      expect(await summary(midnight(0), midnight(1))).to.deep.include({ kinds: [], keptFrom: kept });
      await forgetUpTo(30);
      expect(await summary()).to.deep.include({ kinds: [], keptFrom: null, isWhole: true });
      expect(await summariseRange(database.pool, 'none', EVERYTHING)).to.equal(undefined);
    });
  });

  describe('searched', () => {
    const search = (number: string, more: { before?: number; limit?: number } = {}) =>
      searchLog(database.pool, { shopId: 'shop', number, before: undefined, limit: 100, ...more });

    it('finds a part of the content or of the id, newest first, in this shop only', async () => {
      expect(seqsOf(await search('n-2'))).to.deep.equal([...span(20, 29).reverse(), 2]);
      expect(seqsOf(await search('1029'))).to.deep.equal([30]);
      expect(seqsOf(await search('%'))).to.deep.equal([]);
    });

    it('brings along what else there is of an order', async () => {
      const reminder = { shopId: 'shop', eventId: 'again', type: 2 as const, orderId: 1004 };
      await appendNotifications(database.pool, [
        { ...reminder, content: '催单', occurredAt: '2025-03-09T17:14:35.042Z' },
      ]);
      expect(seqsOf(await search('N-5'))).to.deep.equal([31, 5]);
    });

    it('goes on below the last that it found, to the end of what is kept', async () => {
      await forgetUpTo(4);
      const first = await search('N-', { limit: 20 });
      expect(seqsOf(first)).to.deep.equal(span(11, 30).reverse());
      expect(first).to.deep.include({ next: 11, searchedTo: noon(1) });
      const second = await search('N-', { limit: 20, before: 11 });
      expect(seqsOf(second)).to.deep.equal(span(5, 10).reverse());
      expect(second).to.deep.include({ next: null });
      expect(await search('N-', { before: 5 })).to.deep.include({
        notifications: [],
        next: null,
        searchedTo: null,
      });
    });

    it('looks at so many at once, and says where to go on', async () => {
      await database.pool.query(
        `INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
         SELECT 'shop', n, 'more-' || n, 1, 90000 + n, 'more', now() FROM generate_series(31, 5500) n`,
      );
      await database.pool.query("UPDATE shops SET head = 5500 WHERE id = 'shop'");
      const first = await search('N-30');
      expect(first).to.deep.include({ notifications: [], next: 501 });
      expect(seqsOf(await search('N-30', { before: 501 }))).to.deep.equal([30]);
    });
  });
});
