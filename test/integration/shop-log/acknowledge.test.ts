import { expect } from 'chai';
import { acknowledge } from '../../../src/shop-log/acknowledge.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { readReceipts, readStates } from '../../../src/shop-log/read-log.ts';
import { acknowledgeOne } from '../../support/acknowledge.ts';
import { atOnce } from '../../support/at-once.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('acknowledging a notification', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(async () => {
    await database.pool.query('TRUNCATE shops, notifications, receipts');
    await fill('shop', 5);
  });

  after(() => database.drop());

  async function fill(shopId: string, count: number): Promise<void> {
    const batch = Array.from({ length: count }, (_, index) => ({
      shopId,
      eventId: `${shopId}-${index}`,
      type: 1 as const,
      orderId: index + 1,
      content: 'x',
      occurredAt: '2025-03-06T17:14:35.000Z',
    }));
    await appendNotifications(database.pool, batch);
  }

  const receipts = () => readReceipts(database.pool, 'shop', 0, 100);

  it('is `first` for the first, with a receipt and the epoch of the log', async () => {
    const before = Date.now();
    const acknowledged = await acknowledgeOne(database.pool, 'shop', 3, 'till-1');
    if (acknowledged.receipt === undefined) throw new Error(acknowledged.outcome);
    const { at, ...receipt } = acknowledged.receipt;
    expect(receipt).to.deep.equal({
      shopId: 'shop',
      n: 1,
      seq: 3,
      sid: 'till-1',
      reason: 'acknowledged',
    });
    expect(Date.parse(at)).to.be.within(before - 60_000, Date.now() + 60_000);
    const state = (await readStates(database.pool, ['shop'])).get('shop');
    expect(state).to.include({ receipts: 1, epoch: acknowledged.epoch });
  });

  it('says how long after the payment it was, once for each order, and never of a reminder', async () => {
    await database.pool.query(`UPDATE notifications SET type = 2 WHERE shop_id = 'shop' AND seq = 2`);
    await database.pool.query(
      `UPDATE notifications SET occurred_at = clock_timestamp() - interval '60 seconds' WHERE shop_id = 'shop'`,
    );
    const asked = {
      shopId: 'shop',
      seqs: [1, 2, 3, 99],
      sid: 'till-1',
      subject: undefined,
      epoch: undefined,
    };
    const { secondsSincePaid } = await acknowledge(database.pool, asked);
    expect(secondsSincePaid).to.have.length(2);
    for (const seconds of secondsSincePaid) expect(seconds).to.be.within(60, 90);
    expect((await acknowledge(database.pool, asked)).secondsSincePaid).to.deep.equal([]);
  });

  it('is `later` for every later one and changes nothing', async () => {
    await acknowledgeOne(database.pool, 'shop', 3, 'till-1');
    const before = await receipts();
    for (const sid of ['till-2', 'till-1']) {
      expect(await acknowledgeOne(database.pool, 'shop', 3, sid)).to.deep.equal({ outcome: 'later' });
    }
    expect(await receipts()).to.deep.equal(before);
    expect((await acknowledgeOne(database.pool, 'shop', 1, 'till-2')).outcome).to.equal('first');
    expect((await receipts()).map(({ n, seq }) => [n, seq])).to.deep.equal([
      [1, 3],
      [2, 1],
    ]);
  });

  it('is `unknown-seq` for what the log does not hold, and leaves no receipt', async () => {
    const unknown = { outcome: 'unknown-seq' };
    for (const seq of [6, 0, -1, Number.MAX_SAFE_INTEGER]) {
      expect(await acknowledgeOne(database.pool, 'shop', seq, 'till-1'), String(seq)).to.deep.equal(unknown);
    }
    expect(await acknowledgeOne(database.pool, 'nobody', 1, 'till-1')).to.deep.equal(unknown);
    expect(await receipts()).to.deep.equal([]);
  });

  it('is `unknown-seq` for what the log holds no more', async () => {
    await database.pool.query("DELETE FROM notifications WHERE shop_id = 'shop' AND seq <= 2");
    await database.pool.query("UPDATE shops SET oldest = 3 WHERE id = 'shop'");
    expect(await acknowledgeOne(database.pool, 'shop', 2, 't')).to.deep.equal({ outcome: 'unknown-seq' });
    expect((await acknowledgeOne(database.pool, 'shop', 3, 't')).outcome).to.equal('first');
  });

  it('is `wrong-epoch` for what is of another log, and acknowledges nothing', async () => {
    const epoch = (await readStates(database.pool, ['shop'])).get('shop')?.epoch;
    const other = { epoch: `x${epoch}` };
    for (const seq of [3, 99]) {
      expect(await acknowledgeOne(database.pool, 'shop', seq, 't', other)).to.deep.equal({
        outcome: 'wrong-epoch',
      });
    }
    expect(await receipts()).to.deep.equal([]);
    expect((await acknowledgeOne(database.pool, 'shop', 3, 't', { epoch })).outcome).to.equal('first');
  });

  it('keeps the subject beside the sid, where there is one', async () => {
    await acknowledgeOne(database.pool, 'shop', 1, 't', { subject: 'till-7' });
    await acknowledgeOne(database.pool, 'shop', 2, 't');
    const { rows } = await database.pool.query('SELECT sid, subject FROM receipts ORDER BY seq');
    expect(rows).to.deep.equal([
      { sid: 't', subject: 'till-7' },
      { sid: 't', subject: null },
    ]);
  });

  it('numbers the receipts of each shop by themselves', async () => {
    await fill('other', 1);
    await acknowledgeOne(database.pool, 'shop', 1, 't');
    const other = await acknowledgeOne(database.pool, 'other', 1, 't');
    expect(other.receipt?.n).to.equal(1);
  });

  it('has exactly one first of many at once, and their numbers have no hole', async () => {
    const attempts = Array.from({ length: 100 }, (_, index) => ({
      seq: (index % 5) + 1,
      sid: `till-${index}`,
    }));
    const lock = "SELECT FROM shops WHERE id = 'shop' FOR UPDATE";
    const outcomes = await atOnce(database.pool, lock, [], () =>
      attempts.map(({ seq, sid }) => acknowledgeOne(database.pool, 'shop', seq, sid)),
    );
    const firsts = outcomes.flatMap(({ receipt }) => receipt ?? []);
    expect(firsts.map(({ seq }) => seq).toSorted()).to.deep.equal([1, 2, 3, 4, 5]);
    expect(outcomes.filter(({ outcome }) => outcome === 'later')).to.have.length(95);
    expect(await receipts()).to.deep.equal(firsts.toSorted((a, b) => a.n - b.n));
    expect((await receipts()).map(({ n }) => n)).to.deep.equal([1, 2, 3, 4, 5]);
  });
});
