import { expect } from 'chai';
import type { OrderStatus, PayStatus } from '../../../src/domain/order.ts';
import {
  decidePayment,
  decideRefund,
  fieldsOf,
  type PayableOrder,
  refundedOrder,
  shopOfIncident,
} from '../../../src/domain/payment.ts';
import type { Claim } from '../../../src/domain/payment-provider.ts';

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
const claim: Claim = { provider: 'own', orderNumber: 'n-7', evidence: {} };

describe('what a notice does to an order', () => {
  const decisions: [
    what: string,
    status: OrderStatus,
    payStatus: PayStatus,
    paidWith: string | null,
    claim: Partial<Claim>,
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
      const decision = decidePayment({ ...claim, ...says }, [{ ...order, status, payStatus, transactionId }]);
      expect('kind' in decision ? decision.kind : decision.decision).to.equal(decided);
      expect(decision.order).to.include({ id: 7 });
    });
  }

  it('is nothing where there is no order, or more than one', () => {
    const unknown = { decision: 'incident', kind: 'unknown-number', order: undefined };
    expect(decidePayment(claim, [])).to.deep.equal(unknown);
    const twin = { ...order, id: 8, shopId: 'hill' };
    const ambiguous = { decision: 'incident', kind: 'ambiguous-number', order: undefined };
    expect(decidePayment(claim, [order, twin])).to.deep.equal(ambiguous);
  });
});

describe('the shop of an incident', () => {
  it("is the order's, else the notice's, else the only one that the caller may pay for, else not known", () => {
    expect(shopOfIncident({ ...claim, shopId: 'hill' }, order, '*')).to.equal('corner');
    expect(shopOfIncident({ ...claim, shopId: 'hill' }, undefined, ['corner'])).to.equal('hill');
    expect(shopOfIncident(claim, undefined, ['corner'])).to.equal('corner');
    expect(shopOfIncident(claim, undefined, ['corner', 'hill'])).to.equal(null);
    expect(shopOfIncident(claim, undefined, '*')).to.equal(null);
  });
});

describe('what is kept of a notice', () => {
  it('is what was read of it', () => {
    const sent = { outTradeNo: 'n-7', amount: 1, trade_state: 'SUCCESS' as const };
    const more = { payer: { openid: 'o' }, toString: 1 };
    expect(fieldsOf({ ...sent, ...more })).to.deep.equal(sent);
  });
});

describe('what a refund does to an order', () => {
  const paid: PayableOrder = { ...order, status: 2, payStatus: 1, transactionId: 'tx-1' };
  const refund: Claim = { ...claim, transactionId: 'tx-1' };

  it('is of the order that its transaction paid, also among several of a number', () => {
    const twin = { ...paid, id: 8, shopId: 'hill', transactionId: 'tx-2' };
    expect(refundedOrder(refund, [twin, paid])).to.equal(paid);
    expect(refundedOrder({ ...refund, transactionId: 'tx-3' }, [twin, paid])).to.equal(undefined);
  });

  it('is of an order whose payment has no name, where there is one such order only', () => {
    const nameless = { ...paid, transactionId: null };
    expect(refundedOrder(refund, [nameless])).to.equal(nameless);
    expect(refundedOrder(refund, [nameless, { ...nameless, id: 8 }])).to.equal(undefined);
  });

  it('is of no order that is unpaid', () => {
    expect(
      refundedOrder(refund, [
        { ...order, transactionId: null },
        { ...order, transactionId: 'tx-1' },
      ]),
    ).to.equal(undefined);
  });

  it('marks it once all went back, and not before', () => {
    expect([0, 1, 4199, 4200, 4201].map((back) => decideRefund(paid, back))).to.deep.equal([
      ...['in-part', 'in-part', 'in-part'],
      ...['mark-refunded', 'exceeds'],
    ]);
    expect(decideRefund({ ...paid, payStatus: 2 }, 4200)).to.equal('repeat');
  });
});
