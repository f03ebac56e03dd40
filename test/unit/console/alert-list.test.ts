import { expect } from 'chai';
import { listAlerts, popUpsOf, type Show } from '../../../src/console/model/alert-list.ts';
import {
  asCalled,
  calledBy,
  numberOf,
  ordersOf,
  readWords,
  splitNumber,
} from '../../../src/console/model/order-number.ts';
import { acknowledgedBy, alertOf, alertsFrom, dayLog, pageAfter, seqsOf } from '../../support/console.ts';

const reminder = (seq: number, orderId: number) =>
  alertOf(seq, { type: 2, orderId, content: `订单号: ${orderId}` });

describe('the list of alerts', () => {
  const state = pageAfter(
    {
      kind: 'loaded',
      log: dayLog([
        alertOf(1, { content: '订单号： 20250306ABC1', orderId: 71, ...acknowledgedBy('a') }),
        alertOf(2, { content: '订单号： 20250306abc2', orderId: 72 }),
        reminder(3, 71),
        alertOf(4, { content: '订单号： 20250307X', orderId: 73 }),
      ]),
    },
    { kind: 'ack', seqs: [4] },
  );
  const find = (number: string, show: Show = 'all') => seqsOf(listAlerts(state, { number, show }));

  it('shows the newest first', () => {
    expect(find('')).to.deep.equal([4, 3, 2, 1]);
  });

  it('finds part of a number, whatever its case and the spaces around it', () => {
    expect(find(' ABC2 ')).to.deep.equal([2]);
    expect(find('0307')).to.deep.equal([4]);
    expect(find('nothing like it')).to.deep.equal([]);
  });

  it("finds an order by its id, and a reminder by its order's number", () => {
    expect(find('72')).to.deep.equal([2]);
    expect(find('abc1')).to.deep.equal([3, 1]);
  });

  it('shows those that are open or those that are acknowledged, what is being sent among the latter', () => {
    expect(find('', 'open')).to.deep.equal([3, 2]);
    expect(find('', 'acknowledged')).to.deep.equal([4, 1]);
    expect(find('abc', 'open')).to.deep.equal([3, 2]);
  });
});

describe('pop-ups', () => {
  it('are one for each of a few, oldest first', () => {
    const kinds = popUpsOf([...alertsFrom(1, 4), reminder(5, 7)]).map(({ key }) => key);
    expect(kinds).to.deep.equal(['single-1', 'single-2', 'single-3', 'single-4', 'single-5']);
    expect(popUpsOf([])).to.deep.equal([]);
  });

  it('are one for each kind where there are many, reminders first, with each alert in it', () => {
    const [reminders, orders, ...rest] = popUpsOf([...alertsFrom(1, 50), reminder(51, 7), reminder(52, 8)]);
    expect(rest).to.deep.equal([]);
    expect(reminders).to.deep.include({ key: 'merged-2', type: 2 });
    expect(orders?.kind === 'merged' && seqsOf(orders.alerts)).to.deep.equal(seqsOf(alertsFrom(1, 50)));
  });

  it('leave the only one of its kind by itself', () => {
    const keys = popUpsOf([...alertsFrom(1, 9), reminder(10, 7)]).map(({ key }) => key);
    expect(keys).to.deep.equal(['single-10', 'merged-1']);
  });
});

describe('the number of an order', () => {
  const contents: [string, string | undefined, string][] = [
    ['订单号： 2025030617143500001', '2025030617143500001', '订单号'],
    ['订单号: 1024', '1024', '订单号'],
    ['2025-03_06.A', '2025-03_06.A', ''],
    ['New order A-17 ', 'A-17', 'New order'],
    ['有新订单', undefined, '有新订单'],
    ['please hurry', undefined, 'please hurry'],
    ['<img src=x onerror=alert(1)>', undefined, '<img src=x onerror=alert(1)>'],
    ['', undefined, ''],
  ];
  for (const [content, number, label] of contents) {
    it(`in ${JSON.stringify(content)} is ${number}`, () => {
      expect(readWords(content)).to.deep.equal({ label, number });
    });
  }

  it('is the id where the content has none', () => {
    expect(numberOf(alertOf(1, { content: '有新订单', orderId: '9007199254740993' }))).to.equal(
      '9007199254740993',
    );
  });

  it('of a reminder is that of its order, where that is known', () => {
    const order = alertOf(1, { orderId: 7, content: '订单号： 202503060001' });
    const orderOf = ordersOf([order, reminder(2, 7)]);
    expect(calledBy(reminder(2, 7), orderOf(reminder(2, 7)))).to.deep.equal({
      number: '202503060001',
      also: '7',
    });
    expect(calledBy(reminder(3, 8), orderOf(reminder(3, 8)))).to.deep.equal({ number: '8', also: undefined });
    expect(orderOf(order)).to.equal(undefined);
  });

  it('is the one name of a reminder everywhere: what it says, and what it is called', () => {
    const order = alertOf(1, { orderId: 7, content: '订单号： 202503060001' });
    const called = asCalled(reminder(2, 7), order);
    expect(called).to.include({ content: '订单号: 202503060001', orderId: 7 });
    expect([numberOf(reminder(2, 7), order), numberOf(called)]).to.deep.equal([
      '202503060001',
      '202503060001',
    ]);
    const wordy = alertOf(3, { type: 2, orderId: 7, content: 'Order 7: where is it?' });
    expect(numberOf(asCalled(wordy, order))).to.equal('202503060001');
    expect(asCalled(wordy, order).content).to.equal('Order 7: where is it?');
    expect(asCalled(reminder(3, 8), undefined)).to.deep.equal(reminder(3, 8));
  });

  it('is split before the last four, so that nothing is lost and little stands alone', () => {
    expect(splitNumber('2025030617143500001')).to.deep.equal(['202503061714350', '0001']);
    expect(splitNumber('123456')).to.deep.equal(['', '123456']);
    expect(splitNumber('1234567')).to.deep.equal(['123', '4567']);
  });
});
