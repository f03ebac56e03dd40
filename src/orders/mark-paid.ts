/**
 * Marking an order paid. Guarantees that an order is marked if and only if its event is recorded, and that a payment
 * which cannot be applied is recorded as an incident: each is one transaction, which holds the orders of that number, so
 * that of any number of concurrent callbacks one wins.
 */

import type pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { toUtc } from '../domain/order.ts';
import { ORDER_PAID, type OrderEvent } from '../domain/order-event.ts';
import type { PaymentOutcome } from '../domain/order-store.ts';
import {
  decidePayment,
  type PayableOrder,
  type PayableShops,
  type PaymentIncident,
  type PaymentNotice,
  shopOfIncident,
  type UnpaidKind,
} from '../domain/payment.ts';
import { recordEvent } from '../outbox/record.ts';
import { inTransaction, type Queryable } from '../platform/postgres.ts';
import { eventFields, firstOf, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import { recordIncident } from './payment-incidents.ts';

export interface MarkPaidOptions {
  pool: pg.Pool;
  /** Called after the commit of the transaction that recorded this event. */
  onRecorded(event: OrderEvent): void;
  /** Called after the commit of the transaction that recorded it; `times` is how often its notice has come by now. */
  onIncident(incident: PaymentIncident, times: number): void;
}

export async function markPaid(
  { pool, onRecorded, onIncident }: MarkPaidOptions,
  notice: PaymentNotice,
  shops: PayableShops,
): Promise<PaymentOutcome> {
  const { outcome, afterCommit } = await inTransaction(pool, async (client): Promise<Marked> => {
    const candidates = await lockCandidates(client, notice, shops);
    const decided = decidePayment(notice, candidates);
    switch (decided.decision) {
      case 'pay': {
        const { order, event } = await pay(client, decided.order, notice);
        return { outcome: { outcome: 'paid', order }, afterCommit: () => onRecorded(event) };
      }
      case 'repeat':
        return { outcome: { outcome: 'repeated', order: shown(decided.order) }, afterCommit() {} };
      case 'incident': {
        const { kind, order } = decided;
        const incident = { kind, notice, order, shopId: shopOfIncident(notice, order, shops) };
        const times = await recordIncident(client, incident);
        return { outcome: outcomeOf(kind, order), afterCommit: () => onIncident(incident, times) };
      }
    }
  });
  afterCommit();
  return outcome;
}

interface Marked {
  outcome: PaymentOutcome;
  afterCommit(): void;
}

/** The provider has its money and the customer the order: a second payment is for the operator alone to look into. */
function outcomeOf(kind: UnpaidKind, order: PayableOrder | undefined): PaymentOutcome {
  if (kind !== 'second-transaction') return { outcome: 'incident', kind };
  if (order === undefined) throw new Error('a second transaction without an order');
  return { outcome: 'repeated', order: shown(order) };
}

function shown({ transactionId: _, ...order }: PayableOrder) {
  return order;
}

/** In the order of their ids, so that two callers never wait for each other in a circle. */
async function lockCandidates(
  client: Queryable,
  { outTradeNo, shopId }: PaymentNotice,
  shops: PayableShops,
): Promise<PayableOrder[]> {
  const { rows } = await client.query<OrderRow & { transaction_id: string | null }>({
    name: 'lock-orders-to-pay',
    text: `SELECT ${ORDER_COLUMNS}, transaction_id FROM orders
           WHERE number = $1 AND ($2::text IS NULL OR shop_id = $2) AND ($3::text[] IS NULL OR shop_id = ANY ($3))
           ORDER BY id FOR NO KEY UPDATE`,
    values: [outTradeNo, shopId, shops === '*' ? null : shops],
  });
  return rows.map((row) => ({ ...toOrder(row), transactionId: row.transaction_id }));
}

async function pay(client: Queryable, { id }: PayableOrder, { paidAt, transactionId }: PaymentNotice) {
  const eventId = uuidV7();
  const { rows } = await client.query<OrderRow>({
    name: 'mark-order-paid',
    text: `UPDATE orders SET status = 2, pay_status = 1, paid_at = coalesce($2, now()), transaction_id = $3,
             paid_event_id = $4, marked_at = clock_timestamp()
           WHERE id = $1 RETURNING ${ORDER_COLUMNS}`,
    values: [id, paidAt && toUtc(paidAt), transactionId, eventId],
  });
  const order = toOrder(firstOf(rows));
  const occurredAt = order.paidAt ?? new Date().toISOString();
  const event: OrderEvent = { key: ORDER_PAID, eventId, ...eventFields(order), occurredAt };
  await recordEvent(client, event);
  return { order, event };
}
