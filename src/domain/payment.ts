/**
 * What a verified notice of a payment says, and what it does to an order. Guarantees that a notice pays one order or
 * none: whatever does not fit exactly is an incident, for the operator to look into. Pure.
 */

import { type Static, Type } from 'typebox';
import {
  CANCELLED,
  Instant,
  type Order,
  OrderNumber,
  PENDING_PAYMENT,
  PrintableId,
  ShopId,
  UNPAID,
} from './order.ts';

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

/** Each kind, and whether it may be over when the same notice comes again: then the provider is asked to. */
const INCIDENTS = {
  'second-transaction': false,
  cancelled: false,
  'amount-differs': false,
  'not-awaiting-payment': false,
  'ambiguous-number': false,
  // The order may be on its way to us.
  'unknown-number': true,
  // So may a key, or a number of ours, that was changed at the provider.
  'other-merchant': true,
  'other-application': true,
  unreadable: true,
  'other-currency': false,
  // The payment may be on its way to us.
  'refund-of-no-payment': true,
  'refund-exceeds': false,
  'refund-failed': false,
} as const;
export type IncidentKind = keyof typeof INCIDENTS;
export const INCIDENT_KINDS = Object.keys(INCIDENTS) as IncidentKind[];

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

export function comesAgain(kind: IncidentKind): boolean {
  return INCIDENTS[kind];
}

/** A verified payment that could not be applied. */
export interface PaymentIncident {
  kind: IncidentKind;
  notice: PaymentNotice;
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
export function decidePayment(notice: PaymentNotice, candidates: readonly PayableOrder[]): PaymentDecision {
  const [order, ...others] = candidates;
  const incident = (kind: UnpaidKind): PaymentDecision => ({ decision: 'incident', kind, order });
  if (order === undefined) return incident('unknown-number');
  if (others.length > 0) return { decision: 'incident', kind: 'ambiguous-number', order: undefined };
  if (order.status === CANCELLED && order.payStatus === UNPAID) return incident('cancelled');
  if (order.payStatus !== UNPAID && isAnotherTransaction(notice, order))
    return incident('second-transaction');
  if (notice.amount !== undefined && notice.amount !== order.amount) return incident('amount-differs');
  if (order.payStatus !== UNPAID) return { decision: 'repeat', order };
  return order.status === PENDING_PAYMENT ? { decision: 'pay', order } : incident('not-awaiting-payment');
}

/** Where one of the two names none they cannot be told apart. */
function isAnotherTransaction({ transactionId }: PaymentNotice, order: PayableOrder): boolean {
  return transactionId !== undefined && order.transactionId !== null && transactionId !== order.transactionId;
}

/** The shop whose payment it is, as far as is known. */
export function shopOfIncident(
  { shopId }: PaymentNotice,
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
