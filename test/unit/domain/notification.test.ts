import { expect } from 'chai';
import { byName } from '../../../src/domain/event-kinds.ts';
import { type Templates, toNotification } from '../../../src/domain/notification.ts';
import type { OrderEvent } from '../../../src/domain/order-event.ts';

const defaults: Templates = {
  ...byName(({ template }) => template),
  paid: '订单号： {orderNumber}',
  reminded: '订单号: {orderId}',
};

const common = { eventId: 'e-1', shopId: 'shop', orderId: 1024, occurredAt: '2025-03-06T17:14:35.000Z' };
const paid: OrderEvent = { key: 'order.paid', ...common, orderNumber: '2025030617143500001' };
const reminded: OrderEvent = { key: 'order.reminded', ...common };

describe('the notification of an event', () => {
  it('tells a payment as type 1 with the order number', () => {
    expect(toNotification(paid, defaults)).to.deep.equal({
      ...common,
      type: 1,
      content: '订单号： 2025030617143500001',
    });
  });

  it('tells a reminder as type 2 with the order id', () => {
    expect(toNotification(reminded, defaults)).to.deep.equal({ ...common, type: 2, content: '订单号: 1024' });
  });

  it('keeps every digit of an order id that is a string', () => {
    const big = toNotification({ ...reminded, orderId: '9007199254740993' }, defaults);
    expect(big).to.include({ orderId: '9007199254740993', content: '订单号: 9007199254740993' });
  });

  it('fills in both fields wherever a template names them', () => {
    const templates = {
      ...defaults,
      paid: '{orderNumber}/{orderId}/{orderNumber}',
      reminded: '{orderId}{orderId}',
    };
    expect(toNotification({ ...paid, orderNumber: 'N' }, templates).content).to.equal('N/1024/N');
    expect(toNotification(reminded, templates).content).to.equal('10241024');
  });

  it('leaves a template without fields as it is', () => {
    expect(toNotification(paid, { ...defaults, paid: '$& 新订单 {other}' }).content).to.equal(
      '$& 新订单 {other}',
    );
  });

  it('names a reminder by the order id where the template wants a number that it has not', () => {
    const templates = { ...defaults, reminded: '{orderNumber}' };
    expect(toNotification(reminded, templates).content).to.equal('1024');
    expect(toNotification({ ...reminded, orderNumber: 'N-9' }, templates).content).to.equal('N-9');
  });
});
