import { expect } from 'chai';
import { Compile } from 'typebox/compile';
import {
  isStorableOrderId,
  newOrderNumber,
  normaliseOrderId,
  OrderNumber,
} from '../../../src/domain/order.ts';

describe('a new order number', () => {
  const now = new Date('2025-03-06T17:14:35.042Z');

  it('is the instant in UTC to the millisecond and six random digits', () => {
    expect(newOrderNumber(now, () => 0.123456)).to.equal('20250306171435042123456');
  });

  it('pads the random digits with zeros', () => {
    expect(newOrderNumber(now, () => 0)).to.equal('20250306171435042000000');
    expect(newOrderNumber(now, () => 0.0000429)).to.equal('20250306171435042000042');
  });

  it('has six digits also for the highest random number', () => {
    expect(newOrderNumber(now, () => 1 - Number.EPSILON)).to.equal('20250306171435042999999');
  });

  it('is an order number by its grammar', () => {
    expect(Compile(OrderNumber).Check(newOrderNumber(new Date(), Math.random))).to.equal(true);
  });

  it('sorts by time', () => {
    const later = new Date(now.getTime() + 1);
    expect(newOrderNumber(later, () => 0) > newOrderNumber(now, () => 0.999999)).to.equal(true);
  });
});

describe('the canonical form of an order id', () => {
  it('is the number where one holds it exactly', () => {
    expect(normaliseOrderId(1024)).to.equal(1024);
    expect(normaliseOrderId('1024')).to.equal(1024);
    expect(normaliseOrderId('9007199254740991')).to.equal(9007199254740991);
  });

  it('is the string of its digits from 2^53 on', () => {
    for (const id of ['9007199254740992', '9007199254740993', '99999999999999999999']) {
      expect(normaliseOrderId(id)).to.equal(id);
    }
  });
});

describe('an order id of our own', () => {
  it('is at most the highest signed 64-bit integer', () => {
    expect(isStorableOrderId(1)).to.equal(true);
    expect(isStorableOrderId('9223372036854775807')).to.equal(true);
    expect(isStorableOrderId('9223372036854775808')).to.equal(false);
  });
});
