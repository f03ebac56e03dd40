/**
 * Marking an order paid. Guarantees that an order is marked if and only if its event is recorded, and that a payment
 * which cannot be applied is recorded as an incident: each is one transaction, which holds the orders of that number, so
 * that of any number of concurrent callbacks one wins.
 */

import type pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { toUtc } from '../domain/order.ts';
import { ORDER_PAID, type OrderEvent } from '../domain/order-event.ts';
import {
  decidePayment,
  type PayableOrder,
  type PayableShops,
  type PaymentIncident,
  shopOfIncident,
} from '../domain/payment.ts';
import type { Payment, SettledOutcome } from '../domain/payment-provider.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import { type RecordedEvent, recordEvent } from '../outbox/record.ts';
import { inTransaction, type Queryable } from '../platform/postgres.ts';
import { asOrder, lockOrders } from './lock-orders.ts';
import { eventFields, firstOf, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';
import { HAS_INCIDENT, recordIncident, settleApplied } from './payment-incidents.ts';

export interface MarkPaidOptions {
  pool: pg.Pool;
  /** Called after the commit of the transaction that recorded this event. */
  onRecorded(recorded: RecordedEvent): void;
  /** Called after the commit of the transaction that recorded it; `times` is how often its notice has come by now. */
  onIncident(incident: PaymentIncident, times: number): void;
}

/** What a transaction decided, and what follows its commit. */
export interface Settled {
  outcome: SettledOutcome;
  afterCommit?: () => void;
}

export async function settle(
  pool: pg.Pool,
  work: (client: Queryable) => Promise<Settled>,
): Promise<SettledOutcome> {
  const { outcome, afterCommit } = await inTransaction(pool, work);
  afterCommit?.();
  return outcome;
}

export function markPaid(
  options: MarkPaidOptions,
  payment: Payment,
  shops: PayableShops,
  trace?: TraceContext,
): Promise<SettledOutcome> {
  return settle(options.pool, async (client) => {
    const decided = decidePayment(payment, await lockOrders(client, payment, shops));
    switch (decided.decision) {
      case 'pay': {
        const { order, recorded } = await pay(client, decided.order, payment, trace);
        return { outcome: { outcome: 'paid', order }, afterCommit: () => options.onRecorded(recorded) };
      }
      case 'repeat':
        return { outcome: { outcome: 'repeated', order: asOrder(decided.order) } };
      case 'incident': {
        const { kind, order } = decided;
        const shopId = shopOfIncident(payment, order, shops);
        return incident(client, options, { kind, claim: payment, order, shopId });
      }
    }
  });
}

export async function incident(
  client: Queryable,
  { onIncident }: Pick<MarkPaidOptions, 'onIncident'>,
  recorded: PaymentIncident,
): Promise<Settled> {
  const { kind, order } = recorded;
  const times = await recordIncident(client, recorded);
  const isPaid = kind === 'second-transaction' && order !== undefined;
  return {
    outcome: { outcome: 'incident', kind, ...(isPaid ? { order: asOrder(order) } : {}) },
    afterCommit: () => onIncident(recorded, times),
  };
}

async function pay(client: Queryable, { id }: PayableOrder, payment: Payment, trace?: TraceContext) {
  const { paidAt, transactionId } = payment;
  const eventId = uuidV7();
  const { rows } = await client.query<OrderRow & { has_incident: boolean }>({
    name: 'mark-order-paid',
    text: `UPDATE orders SET status = 2, pay_status = 1, paid_at = coalesce($2, now()), transaction_id = $3,
             paid_event_id = $4, marked_at = clock_timestamp()
           WHERE id = $1 RETURNING ${ORDER_COLUMNS}, ${HAS_INCIDENT} AS has_incident`,
    values: [id, paidAt && toUtc(paidAt), transactionId, eventId],
  });
  const row = firstOf(rows);
  const order = toOrder(row);
  const occurredAt = order.paidAt ?? new Date().toISOString();
  const event: OrderEvent = { key: ORDER_PAID, eventId, ...eventFields(order), occurredAt };
  const recorded = await recordEvent(client, event, trace);
  if (row.has_incident) await settleApplied(client, payment);
  return { order, recorded };
}
