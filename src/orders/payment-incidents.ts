/**
 * Verified notices that could not be applied. One row however often the same notice comes. An incident is open until a person
 * settles it, or what it waited for has come: the order, or the refund.
 */

import { comesAgain, INCIDENT_KINDS } from '../domain/incident-kinds.ts';
import type { PaymentIncident } from '../domain/payment.ts';
import type { Claim, Refund } from '../domain/payment-provider.ts';
import type { Queryable } from '../platform/postgres.ts';
import { firstOf } from './order-row.ts';

/** Resolves with how often its notice has come by now. The caller's transaction decides whether it stays. */
export async function recordIncident(client: Queryable, recorded: PaymentIncident): Promise<number> {
  const { kind, claim, shopId, order } = recorded;
  const { provider, orderNumber, transactionId, amount, evidence } = claim;
  const { rows } = await client.query<{ times: string }>({
    name: 'record-payment-incident',
    text: `INSERT INTO payment_incidents AS i
             (kind, order_number, shop_id, order_id, transaction_id, amount, notice, provider)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (order_number, kind, coalesce(shop_id, ''), coalesce(transaction_id, ''), coalesce(amount, -1))
           DO UPDATE SET times = i.times + 1, last_at = clock_timestamp()
           RETURNING times`,
    values: [
      ...[kind, orderNumber, shopId, order?.id, transactionId, amount],
      ...[JSON.stringify(evidence), provider],
    ],
  });
  return Number(firstOf(rows).times);
}

const MAY_COME_AGAIN = INCIDENT_KINDS.filter(comesAgain);

/**
 * Whether the number of an order has an open incident. Asked by the statement that marks the order, not by the one that locks it:
 * while that waits for the lock, another notice may be recorded. Without one, an ordinary payment needs no further statement.
 */
export const HAS_INCIDENT =
  'EXISTS (SELECT FROM payment_incidents i WHERE i.order_number = orders.number AND i.resolved_at IS NULL)';

/** Settles what an earlier notice of the same payment was recorded as, now that it is applied. */
export async function settleApplied(client: Queryable, payment: Claim): Promise<void> {
  await client.query({
    name: 'settle-applied-incident',
    text: `UPDATE payment_incidents SET resolved_at = clock_timestamp(), note = 'a later notice was applied'
           WHERE order_number = $1 AND kind = ANY ($2) AND provider = $3
             AND transaction_id IS NOT DISTINCT FROM $4 AND resolved_at IS NULL`,
    values: [payment.orderNumber, MAY_COME_AGAIN, payment.provider, payment.transactionId],
  });
}

/**
 * Settles the incidents of a payment that went back whole, and notes on the others that a part did. Resolves with whether
 * there is such an incident, settled or not.
 */
export async function settleRefunded(client: Queryable, refund: Refund): Promise<boolean> {
  const { provider, transactionId, refundId, amount } = refund;
  const { rowCount } = await client.query({
    name: 'settle-refunded-incident',
    text: `UPDATE payment_incidents SET
             resolved_at = CASE WHEN amount <= $4 THEN coalesce(resolved_at, clock_timestamp()) ELSE resolved_at END,
             note = coalesce(note, format('%s fen went back with refund %s', $4::bigint, $3::text))
           WHERE transaction_id = $2 AND provider = $1 AND kind NOT IN ('refund-failed', 'refund-exceeds')`,
    values: [provider, transactionId, refundId, amount],
  });
  return (rowCount ?? 0) > 0;
}
