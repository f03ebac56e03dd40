/**
 * What a verified notice of a payment says, and what it does to an order. Guarantees that a notice pays one order or
 * none: whatever does not fit exactly is an incident, for the operator to look into. Pure.
 */

import { type Static, Type } from 'typebox';
import type { IncidentKind } from './incident-kinds.ts';
import {
  CANCELLED,
  Instant,
  type Order,
  OrderNumber,
  PENDING_PAYMENT,
  PrintableId,
  REFUNDED,
  ShopId,
  UNPAID,
} from './order.ts';
import type { Claim } from './payment-provider.ts';

const SUCCESS_WORDS = [
  ...['SUCCESS', 'success', 'SUCCEEDED', 'succeeded', 'PAID', 'paid'],
  ...['TRADE_SUCCESS', 'TRADE_FINISHED'],
] as const;

const Succeeded = Type.Optional(
  Type.Enum([...SUCCESS_WORDS], { description: `${SUCCESS_WORDS.join(', ')}: only what succeeded is taken` }),
);
const SucceededOrOne = Type.Optional(
  Type.Enum([1, ...SUCCESS_WORDS], {
    description: `1, ${SUCCESS_WORDS.join(', ')}: only what succeeded is taken`,
  }),
);
const Yes = Type.Optional(Type.Literal(true, { description: 'true: only what succeeded is taken' }));

export const PaymentNotice = Type.Object(
  {
    outTradeNo: OrderNumber,
    shopId: Type.Optional(ShopId),
    transactionId: Type.Optional(PrintableId),
    paidAt: Type.Optional(Instant),
    amount: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "a whole number of fen; it is compared with the order's",
      }),
    ),
    currency: Type.Optional(Type.Literal('CNY', { description: 'CNY' })),
    // What providers say of how a payment ended, under the names that they use.
    status: Succeeded,
    state: Succeeded,
    result: Succeeded,
    trade_state: Succeeded,
    tradeState: Succeeded,
    trade_status: Succeeded,
    tradeStatus: Succeeded,
    result_code: Succeeded,
    resultCode: Succeeded,
    return_code: Succeeded,
    returnCode: Succeeded,
    payment_status: SucceededOrOne,
    paymentStatus: SucceededOrOne,
    pay_status: SucceededOrOne,
    payStatus: SucceededOrOne,
    success: Yes,
    paid: Yes,
  },
  {
    description:
      '`shopId` is needed where several shops have an order of that number. A field of this list that says anything ' +
      'but success is refused; fields that are not listed are ignored.',
  },
);
export type PaymentNotice = Static<typeof PaymentNotice>;

/** What can come of a payment of an order. */
export type UnpaidKind = Extract<
  IncidentKind,
  | 'second-transaction'
  | 'cancelled'
  | 'amount-differs'
  | 'not-awaiting-payment'
  | 'ambiguous-number'
  | 'unknown-number'
>;

/** A verified notice that could not be applied. */
export interface PaymentIncident {
  kind: IncidentKind;
  claim: Claim;
  /** Null where neither the order nor the notice tells. */
  shopId: string | null;
  order: PayableOrder | undefined;
}

export interface PayableOrder extends Order {
  /** Of the payment that it was marked for. */
  transactionId: string | null;
}

/** The shops whose orders a caller may pay. */
export type PayableShops = '*' | readonly string[];

export type PaymentDecision =
  | { decision: 'pay' | 'repeat'; order: PayableOrder }
  | { decision: 'incident'; kind: UnpaidKind; order: PayableOrder | undefined };

/** `candidates`: the orders of that number, of the shop that the notice names if it does, that the caller may pay. */
export function decidePayment(payment: Claim, candidates: readonly PayableOrder[]): PaymentDecision {
  const [order, ...others] = candidates;
  const incident = (kind: UnpaidKind): PaymentDecision => ({ decision: 'incident', kind, order });
  if (order === undefined) return incident('unknown-number');
  if (others.length > 0) return { decision: 'incident', kind: 'ambiguous-number', order: undefined };
  if (order.status === CANCELLED && order.payStatus === UNPAID) return incident('cancelled');
  if (order.payStatus !== UNPAID && isAnotherTransaction(payment, order))
    return incident('second-transaction');
  if (payment.amount !== undefined && payment.amount !== order.amount) return incident('amount-differs');
  if (order.payStatus !== UNPAID) return { decision: 'repeat', order };
  return order.status === PENDING_PAYMENT ? { decision: 'pay', order } : incident('not-awaiting-payment');
}

/** Where one of the two names none they cannot be told apart. */
function isAnotherTransaction({ transactionId }: Claim, order: PayableOrder): boolean {
  return transactionId !== undefined && order.transactionId !== null && transactionId !== order.transactionId;
}

/** The order that a refund is of, by the transaction that paid it; undefined where no order was paid by it. */
export function refundedOrder(
  { transactionId }: Claim,
  candidates: readonly PayableOrder[],
): PayableOrder | undefined {
  const paid = candidates.filter(({ payStatus }) => payStatus !== UNPAID);
  const named = paid.find((order) => order.transactionId === transactionId);
  if (named !== undefined) return named;
  const [nameless, ...others] = paid.filter((order) => order.transactionId === null);
  return others.length === 0 ? nameless : undefined;
}

/** `backInAll` is what went back of an order by now, in fen, this refund included. */
export function decideRefund(
  order: PayableOrder,
  backInAll: number,
): 'mark-refunded' | 'in-part' | 'repeat' | 'exceeds' {
  if (backInAll > order.amount) return 'exceeds';
  if (backInAll < order.amount) return 'in-part';
  return order.payStatus === REFUNDED ? 'repeat' : 'mark-refunded';
}

/** The shop whose payment it is, as far as is known. */
export function shopOfIncident(
  { shopId }: Claim,
  order: PayableOrder | undefined,
  shops: PayableShops,
): string | null {
  const [only, ...others] = shops === '*' ? [] : shops;
  return order?.shopId ?? shopId ?? (others.length === 0 ? (only ?? null) : null);
}

/** What was read of it: providers send more, of any size and shape. */
export function fieldsOf(notice: PaymentNotice): PaymentNotice {
  const entries = Object.entries(notice).filter(([name]) => Object.hasOwn(PaymentNotice.properties, name));
  return { ...Object.fromEntries(entries), outTradeNo: notice.outTradeNo };
}
