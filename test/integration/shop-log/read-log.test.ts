import { expect } from 'chai';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import {
  openLog,
  openLogs,
  readPage,
  readPages,
  readReceipts,
  readStateAgo,
  readStates,
} from '../../../src/shop-log/read-log.ts';
import { acknowledgeOne } from '../../support/acknowledge.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('reading the log', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(async () => {
    await database.pool.query('TRUNCATE shops, notifications, receipts');
    await fill('shop', 10);
  });

  after(() => database.drop());

  function notificationsOf(shopId: string, count: number) {
    return Array.from({ length: count }, (_, index) => ({
      shopId,
      eventId: `${shopId}-${index + 1}`,
      type: 1 as const,
      orderId: index + 1,
      content: `订单号： ${index + 1}`,
      occurredAt: '2025-03-06T17:14:35.042Z',
    }));
  }

  async function fill(shopId: string, count: number): Promise<void> {
    await appendNotifications(database.pool, notificationsOf(shopId, count));
  }

  /** As retention does: from the front, and `oldest` with it. */
  async function forgetUpTo(seq: number): Promise<void> {
    await database.pool.query("DELETE FROM notifications WHERE shop_id = 'shop' AND seq <= $1", [seq]);
    await database.pool.query("UPDATE shops SET oldest = $1 WHERE id = 'shop'", [seq + 1]);
  }

  describe('by the page', () => {
    async function seqsOf(since: number, limit: number): Promise<number[] | undefined> {
      const page = await readPage(database.pool, 'shop', since, limit);
      return page?.notifications.map(({ seq }) => seq);
    }

    it('gives what follows `since`, in order, at most `limit`', async () => {
      expect(await seqsOf(0, 3)).to.deep.equal([1, 2, 3]);
      expect(await seqsOf(3, 3)).to.deep.equal([4, 5, 6]);
      expect(await seqsOf(8, 3)).to.deep.equal([9, 10]);
      expect(await seqsOf(0, 1000)).to.have.length(10);
    });

    it('gives the pages of many shops in the order in which they are asked for, each of its own', async () => {
      await fill('another', 4);
      const pages = await readPages(database.pool, [
        { shopId: 'shop', since: 8, limit: 10 },
        { shopId: 'unknown', since: 0, limit: 10 },
        { shopId: 'another', since: 0, limit: 3 },
        { shopId: 'shop', since: 0, limit: 1 },
        { shopId: 'another', since: 4, limit: 3 },
      ]);
      const read = pages.map((page) => page?.notifications.map(({ shopId, seq }) => `${shopId} ${seq}`));
      expect(read).to.deep.equal([
        ['shop 9', 'shop 10'],
        undefined,
        ['another 1', 'another 2', 'another 3'],
        ['shop 1'],
        [],
      ]);
      expect(pages.map((page) => page?.head)).to.deep.equal([10, undefined, 4, 10, 4]);
    });

    it('gives the state of the log and no row at and beyond the head', async () => {
      for (const since of [10, 11, Number.MAX_SAFE_INTEGER]) {
        const page = await readPage(database.pool, 'shop', since, 3);
        expect(page).to.deep.include({ head: 10, oldest: 1, receipts: 0, notifications: [] });
      }
    });

    it('starts at the oldest that is kept where `since` is gone', async () => {
      await forgetUpTo(4);
      expect(await seqsOf(0, 2)).to.deep.equal([5, 6]);
      expect(await readPage(database.pool, 'shop', 0, 2)).to.include({ head: 10, oldest: 5 });
    });

    it('gives the head and no row of a log of which nothing is kept', async () => {
      await forgetUpTo(10);
      const page = await readPage(database.pool, 'shop', 0, 100);
      expect(page).to.deep.include({ head: 10, oldest: 11, notifications: [] });
    });

    it('gives nothing of a shop that has no log', async () => {
      expect(await readPage(database.pool, 'nobody', 0, 100)).to.equal(undefined);
    });

    it('gives no row of another shop', async () => {
      await fill('other', 3);
      const page = await readPage(database.pool, 'other', 0, 100);
      expect(page?.notifications.map(({ eventId }) => eventId)).to.deep.equal([
        'other-1',
        'other-2',
        'other-3',
      ]);
    });

    it('gives each notification as it was appended', async () => {
      const [first] = notificationsOf('shop', 1);
      const page = await readPage(database.pool, 'shop', 0, 1);
      expect(page?.notifications).to.deep.equal([{ ...first, seq: 1 }]);
    });

    it('keeps every digit of an order id above 2^53', async () => {
      const [one] = notificationsOf('big', 1);
      if (one === undefined) throw new Error('none');
      await appendNotifications(database.pool, [{ ...one, orderId: '9007199254740993' }]);
      const page = await readPage(database.pool, 'big', 0, 1);
      expect(page?.notifications[0]?.orderId).to.equal('9007199254740993');
    });

    it('says by whom and when a notification was acknowledged, and of no other', async () => {
      const acknowledged = await acknowledgeOne(database.pool, 'shop', 2, 'till-1');
      if (acknowledged.receipt === undefined) throw new Error(acknowledged.outcome);
      const page = await readPage(database.pool, 'shop', 0, 3);
      expect(page?.receipts).to.equal(1);
      const [first, second, third] = page?.notifications ?? [];
      expect(second).to.include({ ackedBy: 'till-1', ackedAt: acknowledged.receipt.at });
      for (const other of [first, third]) expect(other).not.to.have.any.keys('ackedBy', 'ackedAt');
    });
  });

  describe('where the logs stand', () => {
    it('gives the state of each shop that has a log, and of no other', async () => {
      await fill('other', 3);
      await acknowledgeOne(database.pool, 'other', 1, 't');
      const states = await readStates(database.pool, ['shop', 'other', 'nobody']);
      expect([...states.keys()].toSorted()).to.deep.equal(['other', 'shop']);
      expect(states.get('shop')).to.include({ head: 10, oldest: 1, receipts: 0 });
      expect(states.get('other')).to.include({ head: 3, oldest: 1, receipts: 1 });
    });

    it('gives nothing for no shops', async () => {
      expect((await readStates(database.pool, [])).size).to.equal(0);
    });

    it('names the same epoch as a page and as an append do, and another for each shop', async () => {
      await fill('other', 1);
      const states = await readStates(database.pool, ['shop', 'other']);
      const epoch = states.get('shop')?.epoch;
      expect(states.get('other')?.epoch).not.to.equal(epoch);
      expect((await readPage(database.pool, 'shop', 0, 1))?.epoch).to.equal(epoch);
      const [repeated] = await appendNotifications(database.pool, notificationsOf('shop', 1));
      expect(repeated?.outcome === 'duplicate' && repeated.epoch).to.equal(epoch);
    });
  });

  describe('opening a log', () => {
    it('makes an empty one for a shop that has none, and gives the same one from then on', async () => {
      const opened = await openLog(database.pool, 'fresh');
      expect(opened).to.include({ head: 0, oldest: 1, receipts: 0 });
      expect(await openLog(database.pool, 'fresh')).to.deep.equal(opened);
      expect(await readPage(database.pool, 'fresh', 0, 10)).to.deep.equal({ ...opened, notifications: [] });
    });

    it('gives one and the same to all who open it at once', async () => {
      const opened = await Promise.all(Array.from({ length: 20 }, () => openLog(database.pool, 'fresh')));
      expect(new Set(opened.map(({ epoch }) => epoch)).size).to.equal(1);
    });

    it('leaves the log of a shop that has one as it is', async () => {
      expect(await openLog(database.pool, 'shop')).to.include({ head: 10, oldest: 1 });
    });

    it('lets the first event have number 1', async () => {
      await openLog(database.pool, 'fresh');
      await fill('fresh', 1);
      expect((await openLog(database.pool, 'fresh')).head).to.equal(1);
    });

    it('names the event at the head, and none where none is kept', async () => {
      const { lastEvent } = await openLog(database.pool, 'shop');
      expect(lastEvent).to.deep.equal({ orderId: 10, eventId: 'shop-10' });
      await forgetUpTo(10);
      expect(await openLog(database.pool, 'shop')).not.to.have.property('lastEvent');
    });
  });

  describe('as it was some time ago', () => {
    const headAgo = async (ms: number) => (await readStateAgo(database.pool, 'shop', ms))?.head;

    it('ends with the last that was stored before then, by the clock of Postgres', async () => {
      const age =
        "UPDATE notifications SET stored_at = clock_timestamp() - interval '1 minute' WHERE seq <= 7";
      await database.pool.query(age);
      expect(await headAgo(30_000)).to.equal(7);
      expect(await headAgo(90_000)).to.equal(0);
      expect(await headAgo(0)).to.equal(10);
    });

    it('ends before the oldest where nothing is kept from before then', async () => {
      await forgetUpTo(4);
      expect(await headAgo(30_000)).to.equal(4);
      expect(await readStateAgo(database.pool, 'shop', 0)).to.deep.equal(
        (await readStates(database.pool, ['shop'])).get('shop'),
      );
      expect(await readStateAgo(database.pool, 'unknown', 0)).to.equal(undefined);
    });
  });

  describe('the receipts', () => {
    beforeEach(async () => {
      for (const seq of [5, 2, 9]) await acknowledgeOne(database.pool, 'shop', seq, `till-${seq}`);
    });

    it('come in the order of their numbers, after `since`, at most `limit`', async () => {
      const read = async (since: number, limit: number) =>
        (await readReceipts(database.pool, 'shop', since, limit)).map(({ n, seq, sid }) => [n, seq, sid]);
      const all = [
        [1, 5, 'till-5'],
        [2, 2, 'till-2'],
        [3, 9, 'till-9'],
      ];
      expect(await read(0, 10)).to.deep.equal(all);
      expect(await read(1, 1)).to.deep.equal(all.slice(1, 2));
      expect(await read(3, 10)).to.deep.equal([]);
    });

    it('are none for a shop that has no log', async () => {
      expect(await readReceipts(database.pool, 'nobody', 0, 10)).to.deep.equal([]);
    });
  });

  describe('opened for many shops at once', () => {
    it('makes those that are missing, and answers in the order in which they are asked for', async () => {
      const asked = ['zebra', 'shop', 'apple', 'zebra'];
      const opened = await openLogs(database.pool, asked);
      expect(opened.map(({ head, lastEvent }) => [head, lastEvent])).to.deep.equal([
        [0, undefined],
        [10, { orderId: 10, eventId: 'shop-10' }],
        [0, undefined],
        [0, undefined],
      ]);
      expect(opened[0]).to.deep.equal(opened[3]);
      expect(new Set(opened.map(({ epoch }) => epoch)).size, 'each shop has its own log').to.equal(3);
      expect(await openLogs(database.pool, asked)).to.deep.equal(opened);
    });

    it('does not wait for ever for another that makes the same', async () => {
      const shops = Array.from({ length: 200 }, (_, index) => `new-${index}`);
      const all = await Promise.all([
        openLogs(database.pool, shops),
        openLogs(database.pool, shops.toReversed()),
        openLogs(database.pool, shops),
      ]);
      expect(all[1]?.toReversed()).to.deep.equal(all[0]);
      expect(all[2]).to.deep.equal(all[0]);
    });
  });
});
