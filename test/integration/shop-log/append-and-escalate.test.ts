import { expect } from 'chai';
import type { Notification } from '../../../src/domain/notification.ts';
import { acknowledge } from '../../../src/shop-log/acknowledge.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { openLog, readPage } from '../../../src/shop-log/read-log.ts';
import { resolveNotifications } from '../../../src/shop-log/resolve.ts';
import { removeExpired } from '../../../src/shop-log/retention.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

let lastId = 0;

function paid(shopId: string, fields: Partial<Notification> = {}): Notification {
  const id = ++lastId;
  const occurredAt = '2025-03-06T12:00:00.000Z';
  return { shopId, eventId: `event-${id}`, type: 1, orderId: id, content: 'x', occurredAt, ...fields };
}

describe('appending under a policy', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });

  beforeEach(async () => {
    await database.pool.query(
      `TRUNCATE shops, notifications, receipts, early_resolutions, bell_outbox, escalations,
         escalation_default, escalation_policies RESTART IDENTITY`,
    );
    await database.pool.query(
      `INSERT INTO escalation_policies (shop_id, body, first_after_seconds, first_when)
       VALUES (NULL, '{}', 45, 'unheard'), ('own', '{}', 180, 'unacknowledged')`,
    );
  });

  after(() => database.drop());

  const append = (...batch: Notification[]) => appendNotifications(database.pool, batch);
  const setDefault = () => database.pool.query('INSERT INTO escalation_default (policy_id) VALUES (1)');
  async function makeShop(id: string, fields: { policy?: number; isDeaf?: boolean } = {}) {
    await database.pool.query(
      'INSERT INTO shops (id, policy_id, deaf_since) VALUES ($1, $2, CASE WHEN $3 THEN now() END)',
      [id, fields.policy ?? null, fields.isDeaf === true],
    );
  }
  async function escalations() {
    const { rows } = await database.pool.query(
      `SELECT shop_id, seq::int, policy_id::int, cycle, step, extract(epoch FROM due_at - started_at)::int AS after
       FROM escalations ORDER BY shop_id, seq`,
    );
    return rows.map(
      (row) => `${row.shop_id} ${row.seq}: policy ${row.policy_id}, ${row.cycle}/${row.step}, ${row.after} s`,
    );
  }
  const openFrom = async (id: string) =>
    Number((await database.pool.query('SELECT open_from FROM shops WHERE id = $1', [id])).rows[0].open_from);

  it('starts nothing where no policy applies', async () => {
    await append(paid('a'), paid('b'));
    expect(await escalations()).to.deep.equal([]);
  });

  it("starts each under its shop's own policy, else under the default, by the clock of Postgres", async () => {
    await setDefault();
    await makeShop('own', { policy: 2 });
    await append(paid('own'), paid('new'), paid('own'), paid('new'));
    expect(await escalations()).to.deep.equal([
      'new 1: policy 1, 0/1, 45 s',
      'new 2: policy 1, 0/1, 45 s',
      'own 1: policy 2, 0/1, 180 s',
      'own 2: policy 2, 0/1, 180 s',
    ]);
    const { rows } = await database.pool.query(
      `SELECT FROM escalations WHERE abs(extract(epoch FROM clock_timestamp() - started_at)) > 60`,
    );
    expect(rows).to.deep.equal([]);
  });

  it('starts only in the shops that have a policy where there is no default', async () => {
    await makeShop('own', { policy: 2 });
    await append(paid('a'), paid('own'), paid('z'));
    expect(await escalations()).to.deep.equal(['own 1: policy 2, 0/1, 180 s']);
  });

  it('has the first step of a deaf shop due at once if that is for what is unheard, else in its time', async () => {
    await setDefault();
    await makeShop('deaf', { isDeaf: true });
    await makeShop('own', { isDeaf: true, policy: 2 });
    await append(paid('deaf'), paid('own'), paid('well'));
    expect(await escalations()).to.deep.equal([
      'deaf 1: policy 1, 0/1, 0 s',
      'own 1: policy 2, 0/1, 180 s',
      'well 1: policy 1, 0/1, 45 s',
    ]);
  });

  it('starts nothing again for an event that comes again, and only the others of its batch', async () => {
    await setDefault();
    const first = paid('a');
    await append(first);
    await append(paid('a'), first, paid('b'));
    expect((await escalations()).map((line) => line.split(':')[0])).to.deep.equal(['a 1', 'a 2', 'b 1']);
  });

  it('starts what a worker of the version before appends', async () => {
    await setDefault();
    await database.pool.query(
      `SELECT * FROM append_notifications('{a}', '{2}', '{1,1}', '{1,2}', '{e,f}', '{1,2}', '{1,1}', '{x,y}', '{2025-03-06,2025-03-06}')`,
    );
    expect(await escalations()).to.deep.equal(['a 1: policy 1, 0/1, 45 s', 'a 2: policy 1, 0/1, 45 s']);
  });

  it('ends with the acknowledgement, also one of a gateway of the versions before', async () => {
    await setDefault();
    await append(paid('a'), paid('a'), paid('a'), paid('a'));
    await acknowledge(database.pool, {
      shopId: 'a',
      seqs: [2],
      sid: 't',
      subject: undefined,
      epoch: undefined,
    });
    await database.pool.query(`SELECT * FROM acknowledge_notification('a', 1, 't', NULL, NULL)`);
    await database.pool.query(`SELECT * FROM acknowledge_notification('a', 4, 't')`);
    expect((await escalations()).map((line) => line.split(':')[0])).to.deep.equal(['a 3']);
    const { rows } = await database.pool.query(`SELECT routing_key FROM bell_outbox`);
    expect(rows).to.have.length(3);
  });

  it('ends with the resolution, before or after the append', async () => {
    await setDefault();
    await append(paid('a', { orderId: 1 }), paid('a', { orderId: 3 }));
    const resolution = { shopId: 'a', reason: 'accepted', occurredAt: '2025-03-06T12:00:00.000Z' } as const;
    await resolveNotifications(database.pool, [
      { ...resolution, eventId: 'x', orderId: 1 },
      { ...resolution, eventId: 'y', orderId: 2 },
    ]);
    await append(paid('a', { orderId: 2 }));
    expect((await escalations()).map((line) => line.split(':')[0])).to.deep.equal(['a 2']);
  });

  it('is put off by no acknowledgement of another log, or of what is acknowledged', async () => {
    await setDefault();
    await append(paid('a'));
    const ack = { shopId: 'a', seqs: [1], sid: 't', subject: undefined };
    await acknowledge(database.pool, { ...ack, epoch: 'other' });
    expect(await escalations()).to.have.length(1);
  });

  it('moves the lower bound of what is open over all that is closed, in whatever order', async () => {
    await append(...Array.from({ length: 6 }, () => paid('a')));
    const ack = (...seqs: number[]) =>
      acknowledge(database.pool, { shopId: 'a', seqs, sid: 't', subject: undefined, epoch: undefined });
    await ack(2, 3);
    expect(await openFrom('a')).to.equal(1);
    await database.pool.query(`UPDATE notifications SET expired_at = now() WHERE seq = 4`);
    await ack(1);
    expect(await openFrom('a')).to.equal(5);
    await ack(6, 5);
    expect(await openFrom('a')).to.equal(7);
    await append(paid('a'));
    expect(await openFrom('a')).to.equal(7);
  });

  it('moves that bound on where the log is opened, over what has expired', async () => {
    await append(...Array.from({ length: 700 }, () => paid('a')));
    await database.pool.query('UPDATE notifications SET expired_at = now() WHERE seq <> 650');
    expect(await openLog(database.pool, 'a')).to.include({ open: 650 });
    expect(await openFrom('a')).to.equal(650);
    await database.pool.query('UPDATE notifications SET expired_at = now()');
    expect(await openLog(database.pool, 'a')).to.include({ open: 701, head: 700 });
    expect(await openFrom('a')).to.equal(650);
    expect(await openLog(database.pool, 'empty')).to.include({ open: 1, head: 0 });
  });

  it('acknowledges many in one call: one receipt each, numbered in the order of seq', async () => {
    await append(...Array.from({ length: 5 }, () => paid('a')));
    const ack = { shopId: 'a', sid: 't', subject: 'anna', epoch: undefined };
    await acknowledge(database.pool, { ...ack, seqs: [3] });
    const { batch, unknown, wrongEpoch } = await acknowledge(database.pool, {
      ...ack,
      seqs: [5, 9, 3, 1, 5, 8],
    });
    expect(batch?.receipts.map(({ n, seq, sid }) => [n, seq, sid])).to.deep.equal([
      [2, 1, 't'],
      [3, 5, 't'],
    ]);
    expect(unknown).to.deep.equal([8, 9]);
    expect(wrongEpoch).to.deep.equal([]);
    const other = await acknowledge(database.pool, { ...ack, seqs: [2, 4], epoch: 'x' });
    expect(other).to.deep.include({ batch: undefined, unknown: [], wrongEpoch: [2, 4] });
  });

  it('keeps the summary and the amount of those events that have them', async () => {
    await append(paid('a', { summary: '2 × 宫保鸡丁', amount: 0 }), paid('a'), paid('b'));
    const again = paid('a', { eventId: 'same', summary: 'first', amount: 7 });
    await append(again);
    const [found] = await append({ ...again, summary: 'second' });
    expect(found).to.have.nested.property('logged.summary', 'first');
    const page = await readPage(database.pool, 'a', 0, 10);
    expect(page?.notifications.map(({ summary, amount }) => [summary, amount])).to.deep.equal([
      ['2 × 宫保鸡丁', 0],
      [undefined, undefined],
      ['first', 7],
    ]);
  });

  it('leaves no escalation of what retention has removed', async () => {
    await setDefault();
    await append(paid('a'), paid('a'));
    await database.pool.query(`UPDATE notifications SET stored_at = now() - interval '2 days' WHERE seq = 1`);
    const { signal } = new AbortController();
    expect(await removeExpired(database.pool, { days: 1, batch: 10, signal })).to.equal(1);
    expect((await escalations()).map((line) => line.split(':')[0])).to.deep.equal(['a 2']);
  });
});
