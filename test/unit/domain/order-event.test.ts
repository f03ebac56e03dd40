import { expect } from 'chai';
import {
  decodeOrderEvent,
  decodeUpstream,
  encodeOrderEvent,
  MAX_EVENT_BYTES,
  type OrderEvent,
  type RawEvent,
  type Refusal,
} from '../../../src/domain/order-event.ts';

const NOW = new Date('2025-03-06T17:14:35.000Z');

const paidBody = { orderId: 1024, orderNumber: '2025030617143500001' };

type Properties = Partial<Pick<RawEvent, 'routingKey' | 'messageId' | 'timestamp'>>;

/** Bodies that are no strings or bytes are sent as JSON. */
function decode(body: unknown, properties: Properties = {}) {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return decodeOrderEvent({ routingKey: 'order.paid', body: bytes, ...properties }, NOW);
}

function accepted(body: unknown, properties?: Properties): OrderEvent {
  const decoded = decode(body, properties);
  if (!decoded.ok) throw new Error(`refused: ${decoded.refusal.reason} ${decoded.refusal.detail}`);
  return decoded.event;
}

function refused(body: unknown, properties?: Properties): Refusal {
  const decoded = decode(body, properties);
  if (decoded.ok) throw new Error(`accepted: ${JSON.stringify(decoded.event)}`);
  return decoded.refusal;
}

const reminder = { routingKey: 'order.reminded' };

describe('decoding an order event', () => {
  it('takes every field as it was sent when all are given', () => {
    const body = { ...paidBody, shopId: 'shop_1', eventId: 'e-1', occurredAt: '2025-03-06T17:14:34.500Z' };
    expect(accepted(body, { messageId: 'other', timestamp: 1 })).to.deep.equal({
      key: 'order.paid',
      ...body,
    });
  });

  it('accepts a reminder with only the order id', () => {
    const event = accepted({ orderId: 7 }, reminder);
    expect(event).to.include({ key: 'order.reminded', orderId: 7, shopId: 'default' });
    expect(event).not.to.have.property('orderNumber');
  });

  it('keeps the number of a reminder that has one', () => {
    expect(accepted({ orderId: 7, orderNumber: 'N-7' }, reminder)).to.include({ orderNumber: 'N-7' });
  });

  it('puts the shop `default` where none is named', () => {
    expect(accepted(paidBody).shopId).to.equal('default');
  });

  it('ignores unknown fields', () => {
    const event = accepted({ ...paidBody, table: 12, nested: { shopId: 'other' } });
    expect(event).to.have.all.keys('key', 'eventId', 'shopId', 'orderId', 'orderNumber', 'occurredAt');
  });

  it('accepts JSON after a byte order mark', () => {
    expect(accepted(`\ufeff${JSON.stringify(paidBody)}`).orderId).to.equal(1024);
  });

  describe('of the order id', () => {
    it('keeps a number that JSON carries exactly', () => {
      expect(accepted({ ...paidBody, orderId: Number.MAX_SAFE_INTEGER }).orderId).to.equal(2 ** 53 - 1);
    });

    it('refuses a number above 2^53-1, whose last digits are lost already', () => {
      for (const id of ['9007199254740992', '9007199254740993', '18446744073709551615', '1e300']) {
        const { reason, detail } = refused(`{"orderId":${id},"orderNumber":"a"}`);
        expect({ id, reason }).to.deep.equal({ id, reason: 'invalid' });
        expect(detail).to.match(/^\/orderId: must be a positive integer up to 2\^53-1/);
      }
    });

    it('keeps every digit of a string above 2^53-1', () => {
      for (const id of [
        '9007199254740992',
        '9007199254740993',
        '18446744073709551615',
        '99999999999999999999',
      ]) {
        expect(accepted({ ...paidBody, orderId: id }).orderId).to.equal(id);
      }
    });

    it('turns a string that fits a JSON number into that number', () => {
      expect(accepted({ ...paidBody, orderId: '1024' }).orderId).to.equal(1024);
      expect(accepted({ ...paidBody, orderId: '9007199254740991' }).orderId).to.equal(9007199254740991);
    });

    it('refuses a string with a leading zero, a sign, a space, a fraction or more than 20 digits', () => {
      for (const id of ['0', '01', '-1', '+1', ' 1', '1\n', '1.0', '0x10', '1e3', '', '1'.repeat(21), '١']) {
        expect(refused({ ...paidBody, orderId: id }).detail, JSON.stringify(id)).to.match(
          /^\/orderId: must be/,
        );
      }
    });

    it('refuses zero, negative numbers, fractions and other types', () => {
      for (const id of [0, -1, 1.5, true, null, [1], { id: 1 }]) {
        expect(refused({ ...paidBody, orderId: id }).detail, JSON.stringify(id)).to.match(
          /^\/orderId: must be/,
        );
      }
    });

    it('refuses a body without it', () => {
      expect(refused({ orderNumber: 'a' })).to.deep.equal({
        reason: 'invalid',
        detail: '(body): must have required properties orderId',
      });
    });
  });

  describe('of the order number', () => {
    it('refuses a payment without it', () => {
      expect(refused({ orderId: 1 })).to.deep.equal({
        reason: 'invalid',
        detail: '(body): must have required properties orderNumber',
      });
    });

    it('accepts 1 to 64 of its alphabet', () => {
      for (const number of ['a', 'A.b_c-9', 'x'.repeat(64)]) {
        expect(accepted({ ...paidBody, orderNumber: number })).to.include({ orderNumber: number });
      }
    });

    it('refuses whatever could be markup, for a payment and for a reminder', () => {
      const numbers = [
        '<b>1</b>',
        '1<img/src=x>',
        '"1',
        "1'",
        '&lt;',
        '1 2',
        '订单',
        'a\n',
        '',
        'x'.repeat(65),
      ];
      for (const orderNumber of numbers) {
        for (const routingKey of ['order.paid', 'order.reminded']) {
          expect(refused({ orderId: 1, orderNumber }, { routingKey })).to.deep.equal({
            reason: 'invalid',
            detail: '/orderNumber: must be 1 to 64 of A-Z a-z 0-9 . _ -',
          });
        }
      }
    });
  });

  it('refuses a shop that is no single word of a routing key', () => {
    for (const shopId of ['a.b', '*', '#', '', 'x'.repeat(65), 'a b', 1, null]) {
      expect(refused({ ...paidBody, shopId }).detail, JSON.stringify(shopId)).to.equal(
        '/shopId: must be 1 to 64 of A-Z a-z 0-9 _ -',
      );
    }
  });

  describe('of the event id', () => {
    it('prefers the one of the body to the message_id', () => {
      expect(accepted({ ...paidBody, eventId: 'body' }, { messageId: 'property' }).eventId).to.equal('body');
    });

    it('falls back to the message_id', () => {
      expect(accepted(paidBody, { messageId: 'property' }).eventId).to.equal('property');
    });

    it('takes an empty message_id for none', () => {
      expect(accepted(paidBody, { messageId: '' }).eventId).to.equal(accepted(paidBody).eventId);
    });

    it('refuses an id with a space, beyond ASCII or longer than 128, in the body and as message_id', () => {
      const rule = 'must be 1 to 128 printable ASCII characters without space';
      for (const id of ['a b', 'é', 'a\t', '\u007f', 'x'.repeat(129)]) {
        expect(refused({ ...paidBody, eventId: id }).detail).to.equal(`/eventId: ${rule}`);
        expect(refused(paidBody, { messageId: id }).detail).to.equal(`message_id: ${rule}`);
      }
      expect(accepted({ ...paidBody, eventId: '!~'.repeat(64) }).eventId).to.have.length(128);
    });

    it('is derived the same each time where there is none', () => {
      const { eventId } = accepted(paidBody);
      expect(eventId).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(accepted({ ...paidBody, orderId: '1024', shopId: 'default' }).eventId).to.equal(eventId);
    });

    it('is derived as it always was, so that no redelivery of an older event rings again', () => {
      expect(accepted(paidBody).eventId).to.equal('b75dccb0-fecd-52e8-8ce0-5a3fd73ed8f3');
      expect(accepted({ orderId: 1, occurredAt: NOW.toISOString() }, reminder).eventId).to.equal(
        '97960947-dee5-5ba8-9794-10e42ff3e41a',
      );
    });

    it('is derived differently for another shop, order or routing key', () => {
      const ids = [
        accepted(paidBody),
        accepted({ ...paidBody, shopId: 'other' }),
        accepted({ ...paidBody, orderId: 1025 }),
        accepted(paidBody, reminder),
      ].map(({ eventId }) => eventId);
      expect(new Set(ids).size).to.equal(4);
    });

    it('is derived from the time for reminders only', () => {
      const at = (occurredAt: string, properties = {}) =>
        accepted({ ...paidBody, occurredAt }, properties).eventId;
      const [first, second] = ['2025-03-06T17:00:00Z', '2025-03-06T17:01:00Z'] as const;
      expect(at(first)).to.equal(at(second));
      expect(at(first, reminder)).not.to.equal(at(second, reminder));
      expect(at(first, reminder)).to.equal(at('2025-03-07T01:00:00+08:00', reminder));
    });
  });

  describe('of the time', () => {
    const occurredAt = (at: unknown) => accepted({ ...paidBody, occurredAt: at }).occurredAt;

    it('turns any offset into UTC', () => {
      expect(occurredAt('2025-03-07T01:14:35+08:00')).to.equal('2025-03-06T17:14:35.000Z');
      expect(occurredAt('2025-03-06T12:14:35.25-05:00')).to.equal('2025-03-06T17:14:35.250Z');
    });

    it('keeps three digits of a finer fraction', () => {
      expect(occurredAt('2025-03-06T17:14:35.123987Z')).to.equal('2025-03-06T17:14:35.123Z');
    });

    it('takes a leap second for the second after', () => {
      expect(occurredAt('2016-12-31T23:59:60Z')).to.equal('2017-01-01T00:00:00.000Z');
      expect(occurredAt('2016-12-31T15:59:60.25-08:00')).to.equal('2017-01-01T00:00:00.250Z');
    });

    it('refuses a date, a time without offset, a day that is not, a year out of range, and other types', () => {
      const wrong = [
        '2025-03-06',
        '2025-03-06T17:14:35',
        '2025-02-30T00:00:00Z',
        '2025-03-06T24:00:00Z',
        '0000-01-01T00:00:00Z',
        '1969-12-31T23:59:59Z',
        '3000-01-01T00:00:00Z',
        'now',
      ];
      for (const at of [...wrong, '', 1741281275, null]) {
        expect(refused({ ...paidBody, occurredAt: at }), JSON.stringify(at)).to.deep.equal({
          reason: 'invalid',
          detail: '/occurredAt: must be an ISO 8601 date and time with its offset, from 1970 to 2999 in UTC',
        });
      }
    });

    it('refuses a time that its offset moves out of the years from 1970 to 2999', () => {
      for (const at of [
        '1970-01-01T00:00:00+14:00',
        '1970-01-01T00:00:59.999+00:01',
        '2999-12-31T23:59:59-23:59',
        '2999-12-31T23:59:60Z',
      ]) {
        expect(refused({ ...paidBody, occurredAt: at }), at).to.deep.equal({
          reason: 'invalid',
          detail: '/occurredAt: must be an ISO 8601 date and time with its offset, from 1970 to 2999 in UTC',
        });
      }
      expect(occurredAt('1970-01-01T00:01:00+00:01')).to.equal('1970-01-01T00:00:00.000Z');
      expect(occurredAt('2999-12-31T23:59:59.9999Z')).to.equal('2999-12-31T23:59:59.999Z');
    });

    it('falls back to the AMQP timestamp in seconds', () => {
      expect(accepted(paidBody, { timestamp: 1741281275 }).occurredAt).to.equal('2025-03-06T17:14:35.000Z');
    });

    it('recognises an AMQP timestamp in milliseconds', () => {
      expect(accepted(paidBody, { timestamp: 1741281275250 }).occurredAt).to.equal(
        '2025-03-06T17:14:35.250Z',
      );
    });

    it('prefers the one of the body to the AMQP timestamp', () => {
      const body = { ...paidBody, occurredAt: '2020-01-01T00:00:00Z' };
      expect(accepted(body, { timestamp: 1741281275 }).occurredAt).to.equal('2020-01-01T00:00:00.000Z');
    });

    it('is now where neither is given, or the timestamp is none', () => {
      for (const timestamp of [
        undefined,
        0,
        -1,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        1e17,
        32_503_680_000,
      ]) {
        expect(accepted(paidBody, { timestamp }).occurredAt, String(timestamp)).to.equal(NOW.toISOString());
      }
    });
  });

  it('refuses an unknown routing key and says which', () => {
    expect(refused(paidBody, { routingKey: 'order.cancelled' })).to.deep.equal({
      reason: 'unknown-routing-key',
      detail: 'routing key "order.cancelled"',
    });
  });

  describe("upstream's word", () => {
    const decode = (key: string, body: unknown, properties = {}) =>
      decodeUpstream({ routingKey: key, body: Buffer.from(JSON.stringify(body)), ...properties }, NOW);

    it('resolves an order, by what it says of itself or else by its key', () => {
      const all = { eventId: 'e', orderId: '42', shopId: 'hill', occurredAt: '2025-03-06T18:00:00+01:00' };
      expect(decode('order.accepted', { ...all, orderNumber: 'N', more: 1 })).to.deep.equal({
        ok: true,
        resolution: {
          ...{ reason: 'accepted', eventId: 'e', shopId: 'hill', orderId: 42 },
          occurredAt: '2025-03-06T17:00:00.000Z',
        },
      });
      const least = decode('order.cancelled', { orderId: 7 }, { timestamp: 1_741_280_400 });
      expect(least).to.have.nested.property('resolution.reason', 'cancelled');
      expect(least).to.have.nested.property('resolution.shopId', 'default');
      expect(least).to.have.nested.property('resolution.occurredAt', '2025-03-06T17:00:00.000Z');
      const id = (key: string, body: object) => {
        const decoded = decode(key, body);
        return 'resolution' in decoded ? decoded.resolution.eventId : undefined;
      };
      expect(id('order.accepted', { orderId: 7 })).to.equal(id('order.accepted', { orderId: 7 }));
      expect(id('order.accepted', { orderId: 7 })).not.to.equal(id('order.cancelled', { orderId: 7 }));
    });

    it('is refused for the same faults as an event', () => {
      const reasons = [
        decode('order.accepted', { orderId: 0 }),
        decode('order.accepted', { orderId: 1, shopId: 'a.b' }),
        decode('order.cancelled', { orderId: 1, occurredAt: 'noon' }),
        decode('order.cancelled', { orderId: 1 }, { messageId: 'two words' }),
        decode('order.accepted', { orderId: 1, pad: 'x'.repeat(64 * 1024) }),
        decodeUpstream({ routingKey: 'order.accepted', body: Buffer.from('{') }, NOW),
        decode('order.delivered', { orderId: 1 }),
      ].map((decoded) => (decoded.ok ? 'ok' : decoded.refusal.reason));
      expect(reasons).to.deep.equal([
        ...['invalid', 'invalid', 'invalid', 'invalid', 'too-large', 'not-json', 'unknown-routing-key'],
      ]);
    });
  });

  it('keeps a summary and an amount, and refuses what would break a line or is no amount', () => {
    const body = { orderId: 1, orderNumber: 'N' };
    expect(accepted({ ...body, summary: '2 × 宫保鸡丁', amount: 0 })).to.include({
      summary: '2 × 宫保鸡丁',
      amount: 0,
    });
    for (const fault of [
      ...[{ summary: '' }, { summary: 'x'.repeat(201) }, { summary: 'a\nb' }, { summary: 7 }, { amount: -1 }],
      ...[{ amount: 1.5 }, { amount: '7' }, { amount: 2 ** 31 }],
    ]) {
      expect(refused({ ...body, ...fault }).reason, JSON.stringify(fault)).to.equal('invalid');
    }
    expect(accepted({ ...body, summary: '😀'.repeat(200) }).summary).to.have.length(400);
  });

  it('shortens a routing key that is too long to be shown', () => {
    expect(refused(paidBody, { routingKey: 'k'.repeat(255) }).detail).to.have.length(114);
  });

  it('refuses what is not JSON', () => {
    for (const body of ['', '{', 'undefined', "{'orderId':1}", '{"orderId":1,}', '['.repeat(60_000)]) {
      expect(refused(body), body.slice(0, 20)).to.deep.equal({ reason: 'not-json', detail: 'not JSON' });
    }
  });

  it('refuses invalid UTF-8 instead of replacing it', () => {
    const body = Buffer.concat([Buffer.from('{"orderId":1,"orderNumber":"a","x":"'), Buffer.from([0xff])]);
    expect(refused(Buffer.concat([body, Buffer.from('"}')]))).to.deep.equal({
      reason: 'not-json',
      detail: 'not UTF-8',
    });
  });

  it('refuses JSON that is no object', () => {
    for (const body of ['null', '[]', '"x"', '1', 'true']) {
      expect(refused(body), body).to.deep.equal({ reason: 'invalid', detail: '(body): must be object' });
    }
  });

  it('refuses a body larger than the limit, and accepts one of exactly the limit', () => {
    const padded = (bytes: number) => {
      const body = JSON.stringify({ ...paidBody, pad: '' });
      return body.replace('"pad":""', `"pad":"${'x'.repeat(bytes - body.length)}"`);
    };
    expect(accepted(padded(MAX_EVENT_BYTES)).orderId).to.equal(1024);
    expect(refused(padded(MAX_EVENT_BYTES + 1))).to.deep.equal({
      reason: 'too-large',
      detail: '65537 bytes, at most 65536',
    });
  });
});

describe('encoding an order event', () => {
  const events: OrderEvent[] = [
    {
      key: 'order.paid',
      eventId: 'e-1',
      shopId: 'shop',
      orderId: 1024,
      orderNumber: 'N-1',
      occurredAt: '2025-03-06T17:14:35.000Z',
    },
    {
      key: 'order.paid',
      eventId: 'e-2',
      shopId: 'shop',
      orderId: '9007199254740993',
      orderNumber: 'N-2',
      occurredAt: '1970-01-01T00:00:00.001Z',
    },
    {
      key: 'order.reminded',
      eventId: 'e-3',
      shopId: 'shop',
      orderId: 1,
      occurredAt: '2025-03-06T17:14:35.000Z',
    },
  ];

  it('gives a body that decodes to the same event', () => {
    for (const event of events) {
      expect(accepted(encodeOrderEvent(event), { routingKey: event.key })).to.deep.equal(event);
    }
  });

  it('leaves the routing key to the message', () => {
    for (const event of events) expect(JSON.parse(encodeOrderEvent(event))).not.to.have.property('key');
  });
});
