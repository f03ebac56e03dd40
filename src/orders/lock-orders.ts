/** The orders that a notice may be of, held until the caller's transaction ends. */

import type { PayableOrder, PayableShops } from '../domain/payment.ts';
import type { Claim } from '../domain/payment-provider.ts';
import type { Queryable } from '../platform/postgres.ts';
import { ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';

/** In the order of their ids, so that two callers never wait for each other in a circle. */
export async function lockOrders(
  client: Queryable,
  { orderNumber, shopId }: Claim,
  shops: PayableShops,
): Promise<PayableOrder[]> {
  const { rows } = await client.query<OrderRow & { transaction_id: string | null }>({
    name: 'lock-orders-to-pay',
    text: `SELECT ${ORDER_COLUMNS}, transaction_id FROM orders
           WHERE number = $1 AND ($2::text IS NULL OR shop_id = $2) AND ($3::text[] IS NULL OR shop_id = ANY ($3))
           ORDER BY id FOR NO KEY UPDATE`,
    values: [orderNumber, shopId, shops === '*' ? null : shops],
  });
  return rows.map((row) => ({ ...toOrder(row), transactionId: row.transaction_id }));
}

/** The order without what only payments are compared with. */
export function asOrder({ transactionId: _, ...order }: PayableOrder) {
  return order;
}
