import { expect } from 'chai';
import { insertDeliveries, type NewDelivery } from '../../../src/escalation/deliveries/insert-deliveries.ts';
import { inTransaction } from '../../../src/platform/postgres.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const expiresAt = new Date('2099-01-01T00:00:00.123Z');

const escalated = (fields: Partial<NewDelivery> = {}): NewDelivery => ({
  type: 'notification.escalated',
  shopId: 'shop',
  step: { seq: 7, cycle: 0, step: 1 },
  target: 'manager',
  bellEventId: 'event-1',
  body: '{"type":"notification.escalated"}',
  expiresAt,
  ...fields,
});

describe('inserting deliveries', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createDatabase();
  });
  beforeEach(() => database.pool.query('TRUNCATE deliveries'));
  after(() => database.drop());

  const insert = (...deliveries: NewDelivery[]) =>
    inTransaction(database.pool, (client) => insertDeliveries(client, deliveries));

  it('inserts those of several steps, targets and shops in one statement, due at once', async () => {
    const others = [
      escalated({ target: 'platform' }),
      escalated({ step: { seq: 7, cycle: 0, step: 2 }, bellEventId: 'event-2' }),
      escalated({ step: { seq: 7, cycle: 1, step: 1 }, bellEventId: 'event-3' }),
      escalated({ shopId: 'other', bellEventId: 'event-4' }),
    ];
    expect(await insert(escalated(), ...others)).to.equal(5);
    const { rows } = await database.pool.query(
      `SELECT type, shop_id, seq::int, cycle, step, target, event_id, body, expires_at, state, attempts,
         due_at <= clock_timestamp() AS due
       FROM deliveries ORDER BY event_id, target`,
    );
    expect(rows).to.have.length(5);
    expect(rows[0]).to.deep.equal({
      type: 'notification.escalated',
      shop_id: 'shop',
      seq: 7,
      cycle: 0,
      step: 1,
      target: 'manager',
      event_id: 'event-1',
      body: '{"type":"notification.escalated"}',
      expires_at: expiresAt,
      state: 'pending',
      attempts: 0,
      due: true,
    });
  });

  it('keeps the first of a step to a target, with its id, also under another id of the event', async () => {
    await insert(escalated());
    const { rows: before } = await database.pool.query('SELECT id, body FROM deliveries');
    expect(await insert(escalated({ body: '{}' }), escalated({ bellEventId: 'event-9' }))).to.equal(0);
    const { rows: after } = await database.pool.query('SELECT id, body FROM deliveries');
    expect(after).to.deep.equal(before);
  });

  it('keeps one for each target of an event of a shop', async () => {
    const deaf = escalated({ type: 'shop.deaf', step: undefined, bellEventId: 'deaf-1' });
    expect(await insert(deaf, deaf, { ...deaf, target: 'platform' })).to.equal(2);
    expect(await insert(deaf, { ...deaf, type: 'shop.hearing', bellEventId: 'hearing-1' })).to.equal(1);
  });

  it('inserts none where the transaction is rolled back', async () => {
    const rolledBack = inTransaction(database.pool, async (client) => {
      await insertDeliveries(client, [escalated()]);
      throw new Error('undone');
    });
    await rolledBack.catch(() => {});
    const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM deliveries');
    expect(rows[0].count).to.equal(0);
  });
});
