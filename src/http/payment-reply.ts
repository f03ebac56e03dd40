/** How callbacks of our own form are answered: in the envelope, like everything else. */

import type { IncidentKind } from '../domain/incident-kinds.ts';
import type { CallbackOutcome, NoticeRefusal } from '../domain/payment-provider.ts';
import { type Reply, type ReplyReason, refusal, success } from './reply.ts';

/** What is an incident is so however often it comes: no status says that to come again would help. */
const INCIDENTS: Record<IncidentKind, [reason: ReplyReason, message: string]> = {
  'unknown-number': ['order-not-found', '订单不存在'],
  cancelled: ['order-cancelled', '订单已取消'],
  'amount-differs': ['amount-differs', '支付金额与订单金额不符'],
  'not-awaiting-payment': ['order-not-awaiting-payment', '订单不在待付款状态'],
  'ambiguous-number': ['number-ambiguous', 'several shops have an order of this number: name its shopId'],
  'second-transaction': ['order-not-awaiting-payment', 'another transaction has paid the order'],
  'other-merchant': ['invalid', 'the payment is of another merchant'],
  'other-application': ['invalid', 'the payment is of another application'],
  'other-currency': ['invalid', 'the payment is in another currency'],
  unreadable: ['invalid', 'the notice cannot be read'],
  'refund-of-no-payment': ['order-not-found', 'the refund is of no payment'],
  'refund-exceeds': ['amount-differs', 'more went back than was paid'],
  'refund-failed': ['invalid', 'the refund failed'],
};

const REFUSALS: Record<NoticeRefusal, ReplyReason> = {
  unverified: 'unauthenticated',
  probe: 'unauthenticated',
  'not-json': 'not-json',
  invalid: 'invalid',
};

export function envelopeReply(outcome: CallbackOutcome): Reply {
  switch (outcome.outcome) {
    case 'paid':
    case 'repeated':
    case 'refunded':
      return success(outcome.order ?? null);
    case 'irrelevant':
      return success(null);
    case 'incident':
      // The provider has its money and the customer the order: the second payment is for the operator to look into.
      return outcome.order === undefined ? refusal(...INCIDENTS[outcome.kind]) : success(outcome.order);
    case 'refused':
      return refusal(REFUSALS[outcome.reason], outcome.message);
    case 'unavailable':
      return refusal('unavailable', 'the database is away, try again', { 'Retry-After': '2' });
  }
}
