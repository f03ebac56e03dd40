import { expect } from 'chai';
import type { ReportedProgress } from '../../../src/domain/progress.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { recordProgress } from '../../../src/shop-log/record-progress.ts';
import { acknowledgeOne } from '../../support/acknowledge.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

describe('storing what tills report', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
    const ordered = [1, 2, 3].map((orderId) => ({
      shopId: 'shop',
      eventId: `event-${orderId}`,
      type: 1 as const,
      orderId,
      content: 'x',
      occurredAt: '2025-03-06T17:14:35.000Z',
    }));
    await appendNotifications(database.pool, ordered);
  });
  beforeEach(() => database.pool.query('TRUNCATE progress'));
  after(() => database.drop());

  const report = (over: Partial<ReportedProgress> = {}): ReportedProgress => {
    return { shopId: 'shop', kind: 'spoken', seq: 2, sid: 'till-1', ageMs: 0, ...over };
  };
  const stored = async () => {
    const { rows } = await database.pool.query(
      'SELECT shop_id, kind, seq::int, sid, extract(epoch FROM clock_timestamp() - at)::float8 AS age FROM progress',
    );
    return rows;
  };

  it('adds a row for each, with the time at which it was reported', async () => {
    await recordProgress(database.pool, [
      report(),
      report({ kind: 'seen', seq: 3, sid: 'till-2', ageMs: 60_000 }),
    ]);
    const rows = await stored();
    expect(rows.map(({ age, ...row }) => row)).to.have.deep.members([
      { shop_id: 'shop', kind: 'spoken', seq: 2, sid: 'till-1' },
      { shop_id: 'shop', kind: 'seen', seq: 3, sid: 'till-2' },
    ]);
    for (const { kind, age } of rows) {
      const reported = kind === 'seen' ? 60 : 0;
      expect(age).to.be.within(reported, reported + 30);
    }
  });

  it('keeps when it was published to sockets, where that is known', async () => {
    await recordProgress(database.pool, [
      report({ ageMs: 1_000, broadcastAgeMs: 1_500 }),
      report({ kind: 'seen', broadcastAgeMs: undefined }),
    ]);
    const { rows } = await database.pool.query(
      'SELECT kind, extract(epoch FROM at - broadcast_at)::float8 AS before FROM progress ORDER BY kind DESC',
    );
    expect(rows[0]).to.include({ kind: 'spoken' });
    expect(rows[0].before).to.be.closeTo(0.5, 0.01);
    expect(rows[1]).to.deep.equal({ kind: 'seen', before: null });
  });

  it('finds each order spoken once, however many report it at once, and none that was dealt with before', async () => {
    await database.pool.query('TRUNCATE receipts');
    await acknowledgeOne(database.pool, 'shop', 1, 'till-1');
    const paid = Date.parse('2025-03-06T17:14:35.000Z');
    const reports = [2, 2, 3, 1, 2, 3, 2, 3].map((seq) => [report({ seq, ageMs: 10_000 })]);
    const seconds = (await Promise.all(reports.map((one) => recordProgress(database.pool, one)))).flat();
    expect(seconds).to.have.length(2);
    for (const each of seconds) {
      expect(each).to.be.within((Date.now() - paid) / 1_000 - 40, (Date.now() - paid) / 1_000 + 30);
    }
    expect(
      await recordProgress(database.pool, [report({ seq: 3 }), report({ kind: 'seen', seq: 3 })]),
    ).to.deep.equal([]);
  });

  it('leaves out what is beyond the head, or of a shop without a log, and stores the rest', async () => {
    await recordProgress(database.pool, [
      report({ seq: 4 }),
      report({ shopId: 'other' }),
      report({ seq: 3 }),
    ]);
    expect((await stored()).map(({ seq }) => seq)).to.deep.equal([3]);
  });
});
