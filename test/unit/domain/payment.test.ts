import { expect } from 'chai';
import type { OrderStatus, PayStatus } from '../../../src/domain/order.ts';
import {
  decidePayment,
  fieldsOf,
  type PayableOrder,
  type PaymentNotice,
  shopOfIncident,
} from '../../../src/domain/payment.ts';

const order: PayableOrder = {
  id: 7,
  number: 'n-7',
  shopId: 'corner',
  amount: 4200,
  status: 1,
  payStatus: 0,
  createdAt: '2025-03-06T17:14:35.000Z',
  paidAt: null,
  transactionId: null,
};
const notice: PaymentNotice = { outTradeNo: 'n-7' };

describe('what a notice does to an order', () => {
  const decisions: [
    what: string,
    status: OrderStatus,
    payStatus: PayStatus,
    paidWith: string | null,
    notice: Partial<PaymentNotice>,
    decided: string,
  ][] = [
    ['awaits payment', 1, 0, null, {}, 'pay'],
    ['awaits payment of that amount', 1, 0, null, { amount: 4200 }, 'pay'],
    ['awaits payment of another amount', 1, 0, null, { amount: 4199 }, 'amount-differs'],
    ['is unpaid and to be confirmed', 2, 0, null, {}, 'not-awaiting-payment'],
    ['is unpaid and completed', 5, 0, null, { amount: 4200 }, 'not-awaiting-payment'],
    ['is unpaid, beyond awaiting it, and of another amount', 3, 0, null, { amount: 1 }, 'amount-differs'],
    ['was cancelled unpaid', 6, 0, null, { amount: 1 }, 'cancelled'],
    ['is paid by the same transaction', 2, 1, 'tx-1', { transactionId: 'tx-1', amount: 4200 }, 'repeat'],
    ['is paid by a transaction of no name', 2, 1, null, { transactionId: 'tx-1' }, 'repeat'],
    ['is paid, and the notice names no transaction', 4, 1, 'tx-1', {}, 'repeat'],
    ['is paid, and the repeat is of another amount', 2, 1, 'tx-1', { amount: 1 }, 'amount-differs'],
    ['is paid by another transaction', 5, 1, 'tx-1', { transactionId: 'tx-2' }, 'second-transaction'],
    ['was refunded and cancelled', 6, 2, 'tx-1', { transactionId: 'tx-1' }, 'repeat'],
    ['was refunded, and is paid again', 6, 2, 'tx-1', { transactionId: 'tx-2' }, 'second-transaction'],
  ];
  for (const [what, status, payStatus, transactionId, says, decided] of decisions) {
    it(`is \`${decided}\` where it ${what}`, () => {
      const decision = decidePayment({ ...notice, ...says }, [
        { ...order, status, payStatus, transactionId },
      ]);
      expect('kind' in decision ? decision.kind : decision.decision).to.equal(decided);
      expect(decision.order).to.include({ id: 7 });
    });
  }

  it('is nothing where there is no order, or more than one', () => {
    const unknown = { decision: 'incident', kind: 'unknown-number', order: undefined };
    expect(decidePayment(notice, [])).to.deep.equal(unknown);
    const twin = { ...order, id: 8, shopId: 'hill' };
    const ambiguous = { decision: 'incident', kind: 'ambiguous-number', order: undefined };
    expect(decidePayment(notice, [order, twin])).to.deep.equal(ambiguous);
  });
});

describe('the shop of an incident', () => {
  it("is the order's, else the notice's, else the only one that the caller may pay for, else not known", () => {
    expect(shopOfIncident({ ...notice, shopId: 'hill' }, order, '*')).to.equal('corner');
    expect(shopOfIncident({ ...notice, shopId: 'hill' }, undefined, ['corner'])).to.equal('hill');
    expect(shopOfIncident(notice, undefined, ['corner'])).to.equal('corner');
    expect(shopOfIncident(notice, undefined, ['corner', 'hill'])).to.equal(null);
    expect(shopOfIncident(notice, undefined, '*')).to.equal(null);
  });
});

describe('what is kept of a notice', () => {
  it('is what was read of it', () => {
    const sent = { outTradeNo: 'n-7', amount: 1, trade_state: 'SUCCESS' as const };
    const more = { payer: { openid: 'o' }, toString: 1 };
    expect(fieldsOf({ ...sent, ...more })).to.deep.equal(sent);
  });
});
