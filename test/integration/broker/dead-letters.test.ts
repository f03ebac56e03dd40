import { expect } from 'chai';
import fc from 'fast-check';
import type { BrokerConnection } from '../../../src/broker/connection.ts';
import { createDeadLetters, type DeadLetters } from '../../../src/broker/dead-letters/dead-letters.ts';
import { createPublisher } from '../../../src/broker/publisher.ts';
import type { QueueDelivery } from '../../../src/broker/queue-delivery.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { countReady, openLink, takeAll } from '../../support/broker-link.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';

describe('the dead letters', () => {
  let broker: TestBroker;
  let connection: BrokerConnection;
  let deadLetters: DeadLetters;

  before(async () => {
    broker = await createBroker();
    const publisher = createPublisher(10);
    connection = await openLink(broker.url, async (link) => {
      await declareTopology(link.model, broker.names);
      await publisher.attach(link);
    });
    deadLetters = createDeadLetters(publisher, broker.names);
  });

  after(async () => {
    await connection.close();
    await broker.drop();
  });

  function deliveryOf(fields: Partial<Pick<QueueDelivery, 'raw' | 'headers'>> = {}): QueueDelivery {
    const raw = { routingKey: 'order.paid', body: Buffer.from('{"broken'), messageId: 'm-1' };
    return { raw, headers: {}, sentAt: undefined, receivedAt: 0, isLive: () => true, ...fields };
  }

  it('keep the body, key, id and headers of the message, and say why and when it was refused', async () => {
    const before = Date.now();
    const body = Buffer.from([0x00, 0xff, 0x7b]);
    await deadLetters.publish(
      deliveryOf({
        raw: { routingKey: 'order.reminded', body, messageId: 'm-1' },
        headers: { tenant: 'a', attempt: 3 },
      }),
      { reason: 'not-json', detail: 'not UTF-8' },
    );
    const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
    expect(message?.content).to.deep.equal(body);
    expect(message?.fields.routingKey).to.equal('order.reminded');
    expect(message?.properties).to.include({ messageId: 'm-1', deliveryMode: 2 });
    const headers = message?.properties.headers ?? {};
    expect(headers).to.include({
      tenant: 'a',
      attempt: 3,
      'x-orderbell-reason': 'not-json',
      'x-orderbell-detail': 'not UTF-8',
    });
    const at = String(headers['x-orderbell-at']);
    expect(at).to.equal(new Date(at).toISOString());
    expect(Date.parse(at)).to.be.within(before, Date.now());
  });

  it('keep a message without an id as it is', async () => {
    const delivery = deliveryOf({ raw: { routingKey: 'order.paid', body: Buffer.from('x') } });
    await deadLetters.publish(delivery, { reason: 'invalid', detail: 'd' });
    const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
    expect(message?.properties.messageId).to.equal(undefined);
  });

  it('keep the time of the message', async () => {
    const raw = { ...deliveryOf().raw, timestamp: 1_700_000_000 };
    await deadLetters.publish(deliveryOf({ raw }), { reason: 'invalid', detail: 'd' });
    const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
    expect(message?.properties.timestamp).to.equal(1_700_000_000);
  });

  for (const [what, fields, printed] of [
    [
      'headers that leave no room for ours',
      { headers: { long: 'x'.repeat(65_450) } },
      '1 of its headers were',
    ],
    ['a number in its headers', { headers: { number: -1e300 } }, '1 of its headers were'],
    [
      'a time',
      { raw: { ...deliveryOf().raw, timestamp: 2 ** 64 - 1 } },
      'timestamp 18446744073709552000 was',
    ],
  ] as const) {
    it(`lose ${what} that amqplib reads but cannot write, and say so`, async () => {
      await deadLetters.publish(deliveryOf(fields), { reason: 'invalid', detail: 'd' });
      const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
      expect(message?.properties.headers).to.include({
        'x-orderbell-reason': 'invalid',
        'x-orderbell-detail': `d (${printed} left out)`,
      });
      expect(message?.content.toString()).to.equal('{"broken');
    });
  }

  it('keep the headers that can be sent beside one that cannot', async () => {
    await deadLetters.publish(deliveryOf({ headers: { number: -1e300, tenant: 'a' } }), {
      reason: 'invalid',
      detail: 'd',
    });
    const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
    expect(message?.properties.headers).to.include({ tenant: 'a' }).and.not.to.have.property('number');
  });

  it('cut a key and an id that came back longer than they can be sent, and have their hex in the detail', async () => {
    const raw = { routingKey: '\ufffd'.repeat(255), messageId: '\ufffd'.repeat(255), body: Buffer.from('x') };
    await deadLetters.publish(deliveryOf({ raw }), { reason: 'unknown-routing-key', detail: 'd' });
    const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
    expect(message?.fields.routingKey).to.equal('\ufffd'.repeat(85));
    expect(message?.properties.messageId).to.equal('\ufffd'.repeat(85));
    expect(message?.properties.headers?.['x-orderbell-detail']).to.match(
      /^d \(routing key was cut, hex (efbfbd)+…\) \(message_id was cut, hex (efbfbd)+…\)$/,
    );
  });

  it('always encode, whatever the message was', async () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(2 ** 63, -(2 ** 63), 2 ** 51 + 0.5, 2 ** 64, Number.POSITIVE_INFINITY),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.record({ '!': fc.constantFrom('timestamp', 'decimal', 'x'), value: tie('value') }),
        fc.record({ '!': fc.constant('timestamp'), value: number }),
        fc.array(tie('value'), { maxLength: 25 }),
        fc.dictionary(fc.string({ unit: 'binary', maxLength: 130 }), tie('value')),
      ),
    }));
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    const messages = fc.record({
      routingKey: text,
      messageId: fc.option(text, { nil: undefined }),
      timestamp: fc.option(fc.oneof(fc.double(), fc.maxSafeNat()), { nil: undefined }),
      headers: fc.dictionary(fc.string({ unit: 'binary', maxLength: 300 }), value),
      detail: text,
    });
    await fc.assert(
      fc.asyncProperty(messages, async ({ headers, detail, ...rest }) => {
        const raw = { ...rest, body: Buffer.from('x') };
        await deadLetters.publish(deliveryOf({ raw, headers }), { reason: 'invalid', detail });
      }),
      { numRuns: 100 },
    );
    await takeAll(broker.connection, broker.names.deadLetters, 100);
  });

  it('carry a detail beyond ASCII as it is', async () => {
    await deadLetters.publish(deliveryOf(), { reason: 'unstorable', detail: '订单 “é”' });
    const [message] = await takeAll(broker.connection, broker.names.deadLetters, 1);
    expect(message?.properties.headers?.['x-orderbell-detail']).to.equal('订单 “é”');
  });

  it('are kept once, whatever further keys the message was sent to', async () => {
    await deadLetters.publish(deliveryOf({ headers: { CC: ['order.other'], BCC: ['x'] } }), {
      reason: 'invalid',
      detail: 'd',
    });
    await deadLetters.publish(deliveryOf(), { reason: 'invalid', detail: 'marker' });
    const messages = await takeAll(broker.connection, broker.names.deadLetters, 2);
    expect(messages.map(({ properties }) => properties.headers?.['x-orderbell-detail'])).to.deep.equal([
      'd',
      'marker',
    ]);
  });

  it('reject when there is no queue that would keep them', async () => {
    const channel = await broker.connection.createChannel();
    await channel.unbindQueue(broker.names.deadLetters, broker.names.deadLetterExchange, '#');
    try {
      const error = await deadLetters
        .publish(deliveryOf(), { reason: 'invalid', detail: 'd' })
        .catch((e) => e);
      expect(error).to.include({ code: 'publish-returned' });
    } finally {
      await channel.bindQueue(broker.names.deadLetters, broker.names.deadLetterExchange, '#');
      await channel.close();
    }
    expect(await countReady(broker.connection, broker.names.deadLetters)).to.equal(0);
  });
});
