/** Arbitrary messages on the real queue, good ones between them: each ends in the log or among the dead letters. */

import { expect } from 'chai';
import fc from 'fast-check';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

const messages = fc.array(
  fc.record({
    key: fc.constantFrom('order.paid', 'order.reminded'),
    body: fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.record({ orderId: fc.jsonValue(), orderNumber: fc.jsonValue(), shopId: fc.jsonValue() }),
      fc.constant('x'.repeat(70_000)),
    ),
    properties: fc.record(
      {
        messageId: fc.string({ maxLength: 60 }),
        timestamp: fc.nat(),
        contentType: fc.string({ maxLength: 30 }),
        contentEncoding: fc.string({ maxLength: 30 }),
        priority: fc.nat(9),
        type: fc.string({ maxLength: 30 }),
        headers: fc.dictionary(
          fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
          fc.oneof(fc.string({ maxLength: 40 }), fc.integer(), fc.boolean()),
        ),
      },
      { requiredKeys: [] },
    ),
  }),
  { minLength: 400, maxLength: 400 },
);

describe('arbitrary messages', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  it('end in the log or among the dead letters, and good ones between them are logged', async () => {
    const { broker, database } = around;
    const service = await around.serve();
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31);
    const [arbitrary = []] = fc.sample(messages, { numRuns: 1, seed });
    const all = arbitrary.flatMap((message, index) => [
      message,
      {
        key: 'order.paid',
        body: { orderId: index + 1, orderNumber: `G-${index}`, shopId: 'good', eventId: `good-${index}` },
      },
    ]);
    await publishAll(broker.connection, broker.names.orders, all);

    const channel = await broker.connection.createChannel();
    await eventually(async () => {
      const { messageCount } = await channel.checkQueue(broker.names.notifications);
      expect(messageCount).to.equal(0);
      const { rows } = await database.pool.query(`SELECT head::int FROM shops WHERE id = 'good'`);
      expect(rows[0]?.head, `seed ${seed}`).to.equal(arbitrary.length);
      const dead = await channel.checkQueue(broker.names.deadLetters);
      const { rows: others } = await database.pool.query(
        `SELECT count(*)::int FROM notifications WHERE shop_id <> 'good'`,
      );
      // Two arbitrary messages with one id and one meaning count once: there are few, since ids are random.
      expect(dead.messageCount + others[0].count, `seed ${seed}`).to.be.within(
        arbitrary.length * 0.95,
        arbitrary.length,
      );
      expect(dead.messageCount).to.be.greaterThan(0);
    }, 30_000);
    await channel.close();
    const health = await fetch(`${service.url}/readyz`);
    expect(health.status).to.equal(200);
  }).timeout(60_000);
});
