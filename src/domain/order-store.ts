/** What can be done with orders, and how it can end. Types only: the store itself is the outbox's. */

import type { CreateOrder, Order, OrderId } from './order.ts';
import type { PayableShops, PaymentNotice, UnpaidKind } from './payment.ts';

export type PaymentOutcome =
  | { outcome: 'paid'; order: Order }
  /** The order is paid, by this transaction or, which is recorded as an incident, by another one. */
  | { outcome: 'repeated'; order: Order }
  /** It was recorded. */
  | { outcome: 'incident'; kind: Exclude<UnpaidKind, 'second-transaction'> };

export type ReminderOutcome =
  | { outcome: 'reminded'; order: Order }
  | { outcome: 'not-found' }
  | { outcome: 'not-waiting' }
  | { outcome: 'too-soon'; retryAfterSeconds: number };

export interface OrderStore {
  /** Resolves with `number-taken` if an order of the shop has that number. */
  create(request: CreateOrder): Promise<Order | 'number-taken'>;
  find(id: OrderId): Promise<Order | undefined>;
  /** The first notice of an order records `order.paid`. Whatever order is of other shops is as if it were not there. */
  markPaid(notice: PaymentNotice, shops: PayableShops): Promise<PaymentOutcome>;
  /** Records `order.reminded` if the order awaits the shop and was not reminded of just now. */
  remind(id: OrderId): Promise<ReminderOutcome>;
}
