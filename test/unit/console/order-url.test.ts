import { expect } from 'chai';
import { orderUrlOf } from '../../../src/console/model/order-url.ts';

describe('the address of an order', () => {
  it('has the ids filled in wherever they have a place', () => {
    const template = 'https://pos.example/{shopId}/#/order?id={orderId}&again={orderId}';
    expect(orderUrlOf(template, 42, 'harbour')).to.equal(
      'https://pos.example/harbour/#/order?id=42&again=42',
    );
    expect(orderUrlOf('https://pos.example/{orderId}', '9007199254740993', 'a')).to.equal(
      'https://pos.example/9007199254740993',
    );
  });

  it('has them encoded, so that an id is never another part of the address', () => {
    expect(orderUrlOf('https://pos.example/o/{orderId}', '../x?y#z&{shopId}', 'a')).to.equal(
      'https://pos.example/o/..%2Fx%3Fy%23z%26%7BshopId%7D',
    );
    expect(orderUrlOf('https://pos.example/o/{orderId}', '$&', 'a')).to.equal('https://pos.example/o/%24%26');
  });

  it('is none where none is known, and never one that runs a script', () => {
    expect(orderUrlOf(undefined, 1, 'a')).to.equal(undefined);
    for (const template of ['javascript:alert({orderId})', 'data:text/html,{orderId}', '/orders/{orderId}']) {
      expect(orderUrlOf(template, 1, 'a'), template).to.equal(undefined);
    }
  });
});
