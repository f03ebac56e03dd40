/** A row of the table `orders` as Postgres gives it, and as the rest of the program sees it. */

import { normaliseOrderId, type Order, type OrderStatus, type PayStatus } from '../domain/order.ts';

/** Named one by one: a statement that asks for all columns is outdated by the next migration that adds one. */
export const ORDER_COLUMNS = 'id, number, shop_id, amount, status, pay_status, created_at, paid_at';

export interface OrderRow {
  id: string;
  number: string;
  shop_id: string;
  amount: number;
  status: OrderStatus;
  pay_status: PayStatus;
  created_at: Date;
  paid_at: Date | null;
}

export function toOrder(row: OrderRow): Order {
  return {
    id: normaliseOrderId(row.id),
    number: row.number,
    shopId: row.shop_id,
    amount: row.amount,
    status: row.status,
    payStatus: row.pay_status,
    createdAt: row.created_at.toISOString(),
    paidAt: row.paid_at?.toISOString() ?? null,
  };
}

/** What every event of an order has. */
export function eventFields(order: Order) {
  return { orderId: order.id, orderNumber: order.number, shopId: order.shopId };
}

export function firstOf<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return row;
}
