import { expect } from 'chai';
import { type EventOptions, makeEvent } from '../../../src/commands/event-options.ts';

describe('the event that is asked for', () => {
  const now = new Date('2025-03-06T17:14:35.000Z');

  function made(key: 'order.paid' | 'order.reminded', options: EventOptions, index = 0, count = 1) {
    let ids = 0;
    const decoded = makeEvent(key, options, index, count, { now, newId: () => `new-${++ids}` });
    return decoded.ok ? decoded.event : decoded.refusal;
  }

  it('has all that was left out', () => {
    expect(made('order.paid', { orderId: '7', orderNumber: 'A' })).to.deep.equal({
      key: 'order.paid',
      orderId: 7,
      orderNumber: 'A',
      shopId: 'default',
      eventId: 'new-1',
      occurredAt: now.toISOString(),
    });
  });

  it('has all that was given', () => {
    const options = { orderId: '7', shop: 'a', eventId: 'e', occurredAt: '2025-01-01T08:00:00+08:00' };
    expect(made('order.reminded', options)).to.deep.equal({
      key: 'order.reminded',
      orderId: 7,
      shopId: 'a',
      eventId: 'e',
      occurredAt: '2025-01-01T00:00:00.000Z',
    });
  });

  it('is of another order for each of several', () => {
    const options = { orderId: '9007199254740991', orderNumber: 'A' };
    expect(made('order.paid', options, 0, 2)).to.include({
      orderId: Number.MAX_SAFE_INTEGER,
      orderNumber: 'A-1',
    });
    expect(made('order.paid', options, 1, 2)).to.include({ orderId: '9007199254740992', orderNumber: 'A-2' });
  });

  it('is the very same for each of several under one event id', () => {
    const options = { orderId: '7', orderNumber: 'A', eventId: 'e' };
    expect(made('order.paid', options, 1, 2)).to.deep.equal(made('order.paid', options, 0, 2));
  });

  const refused: [string, 'order.paid' | 'order.reminded', EventOptions, RegExp][] = [
    ['no order', 'order.reminded', {}, /orderId/],
    ['no order number', 'order.paid', { orderId: '7' }, /orderNumber/],
    [
      'an order id that is none',
      'order.reminded',
      { orderId: 'abc' },
      /^\/orderId: must be a positive integer/,
    ],
    ['a shop that is none', 'order.reminded', { orderId: '7', shop: 'a b' }, /^\/shopId: must be 1 to 64/],
    ['a time that is none', 'order.reminded', { orderId: '7', occurredAt: 'now' }, /^\/occurredAt: must be/],
  ];
  for (const [what, key, options, detail] of refused) {
    it(`is refused as a worker refuses it: ${what}`, () => {
      const refusal = made(key, options);
      expect(refusal).to.include({ reason: 'invalid' });
      expect('detail' in refusal && refusal.detail).to.match(detail);
    });
  }
});
