/**
 * Booking what went back. Guarantees that an order is marked refunded if and only if its `order.cancelled` is recorded, once
 * all that was paid for it went back, in however many parts and however often each is told; and that a refund of an incident
 * settles it. Orders are found by the transaction that paid them: a refund of another one leaves them as they are.
 */

import { v7 as uuidV7 } from 'uuid';
import { ORDER_CANCELLED, type OrderCancelled } from '../domain/order-cancelled.ts';
import { decideRefund, type PayableOrder, refundedOrder, shopOfIncident } from '../domain/payment.ts';
import type { Claim, MisfitKind, Refund, SettledOutcome } from '../domain/payment-provider.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import { recordEvent } from '../outbox/record.ts';
import type { Queryable } from '../platform/postgres.ts';
import { asOrder, lockOrders } from './lock-orders.ts';
import { incident, type MarkPaidOptions, settle } from './mark-paid.ts';
import { firstOf, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import { settleRefunded } from './payment-incidents.ts';

export function markRefunded(
  options: MarkPaidOptions,
  refund: Refund,
  trace?: TraceContext,
): Promise<SettledOutcome> {
  return settle(options.pool, async (client) => {
    const order = refundedOrder(refund, await lockOrders(client, refund, '*'));
    if (order === undefined) {
      if (await settleRefunded(client, refund)) return { outcome: { outcome: 'refunded' } };
      const shopId = shopOfIncident(refund, undefined, '*');
      const kind = 'refund-of-no-payment';
      return incident(client, options, { kind, claim: refund, shopId, order });
    }
    await settleRefunded(client, refund);
    switch (decideRefund(order, await bookRefund(client, order, refund))) {
      case 'mark-refunded': {
        const marked = await cancel(client, order, trace);
        return {
          outcome: { outcome: 'refunded', order: marked.order },
          afterCommit: () => options.onRecorded(marked.recorded),
        };
      }
      case 'in-part':
      case 'repeat':
        return { outcome: { outcome: 'refunded', order: asOrder(order) } };
      case 'exceeds':
        return incident(client, options, {
          kind: 'refund-exceeds',
          claim: refund,
          shopId: order.shopId,
          order,
        });
    }
  });
}

export function recordMisfit(
  options: MarkPaidOptions,
  kind: MisfitKind,
  claim: Claim,
): Promise<SettledOutcome> {
  const shopId = shopOfIncident(claim, undefined, '*');
  return settle(options.pool, (client) =>
    incident(client, options, { kind, claim, shopId, order: undefined }),
  );
}

/** Resolves with what went back of the order in all, in fen. Of one refund the highest that was ever told counts. */
async function bookRefund(client: Queryable, { id }: PayableOrder, refund: Refund): Promise<number> {
  const { provider, refundId, transactionId, amount } = refund;
  await client.query({
    name: 'book-refund',
    text: `INSERT INTO payment_refunds AS r (provider, refund_id, order_id, transaction_id, amount)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (provider, refund_id) DO UPDATE SET amount = greatest(r.amount, excluded.amount)`,
    values: [provider, refundId, id, transactionId, amount],
  });
  const { rows } = await client.query<{ back: string }>({
    name: 'sum-refunds',
    text: 'SELECT sum(amount)::text AS back FROM payment_refunds WHERE order_id = $1',
    values: [id],
  });
  return Number(firstOf(rows).back);
}

/** A completed order stays completed: the customer has it. */
async function cancel(client: Queryable, { id }: PayableOrder, trace?: TraceContext) {
  const { rows } = await client.query<OrderRow & { now: Date }>({
    name: 'mark-order-refunded',
    text: `UPDATE orders SET pay_status = 2, status = CASE WHEN status < 5 THEN 6 ELSE status END
           WHERE id = $1 RETURNING ${ORDER_COLUMNS}, clock_timestamp() AS now`,
    values: [id],
  });
  const row = firstOf(rows);
  const order = toOrder(row);
  const { id: orderId, shopId } = order;
  const occurredAt = row.now.toISOString();
  const event: OrderCancelled = { key: ORDER_CANCELLED, eventId: uuidV7(), shopId, orderId, occurredAt };
  return { order, recorded: await recordEvent(client, event, trace) };
}
