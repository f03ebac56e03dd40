/** Verified payments that could not be applied. One row however often the same notice comes. */

import { fieldsOf, type PaymentIncident } from '../domain/payment.ts';
import type { Queryable } from '../platform/postgres.ts';
import { firstOf } from './order-row.ts';

/** Resolves with how often its notice has come by now. The caller's transaction decides whether it stays. */
export async function recordIncident(client: Queryable, incident: PaymentIncident): Promise<number> {
  const { kind, notice, shopId, order } = incident;
  const { rows } = await client.query<{ times: string }>({
    name: 'record-payment-incident',
    text: `INSERT INTO payment_incidents AS i (kind, order_number, shop_id, order_id, transaction_id, amount, notice)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (order_number, kind, coalesce(shop_id, ''), coalesce(transaction_id, ''), coalesce(amount, -1))
           DO UPDATE SET times = i.times + 1, last_at = clock_timestamp()
           RETURNING times`,
    values: [
      kind,
      notice.outTradeNo,
      shopId,
      order?.id,
      notice.transactionId,
      notice.amount,
      JSON.stringify(fieldsOf(notice)),
    ],
  });
  return Number(firstOf(rows).times);
}
