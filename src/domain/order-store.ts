/** What can be done with orders, and how it can end. Types only: the store itself is the outbox's. */

import type { CreateOrder, Order, OrderId, PaymentNotice } from './order.ts';

export type PaymentOutcome =
  | { outcome: 'paid'; order: Order }
  | { outcome: 'repeated'; order: Order }
  | { outcome: 'not-found' }
  | { outcome: 'cancelled' };

export type ReminderOutcome =
  | { outcome: 'reminded'; order: Order }
  | { outcome: 'not-found' }
  | { outcome: 'not-waiting' }
  | { outcome: 'too-soon'; retryAfterSeconds: number };

export interface OrderStore {
  /** Resolves with `number-taken` if an order has that number. */
  create(request: CreateOrder): Promise<Order | 'number-taken'>;
  find(id: OrderId): Promise<Order | undefined>;
  /** The first notice of an order records `order.paid`; `repeated` changed and recorded nothing. */
  markPaid(notice: PaymentNotice): Promise<PaymentOutcome>;
  /** Records `order.reminded` if the order awaits the shop and was not reminded of just now. */
  remind(id: OrderId): Promise<ReminderOutcome>;
}
