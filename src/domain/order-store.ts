/** What can be done with orders, and how it can end. Types only: the store itself is the outbox's. */

import type { CreateOrder, Order, OrderId } from './order.ts';
import type { PayableShops } from './payment.ts';
import type { Claim, MisfitKind, Payment, Refund, SettledOutcome } from './payment-provider.ts';
import type { TraceContext } from './trace-context.ts';

export type ReminderOutcome =
  | { outcome: 'reminded'; order: Order }
  | { outcome: 'not-found' }
  | { outcome: 'not-waiting' }
  | { outcome: 'too-soon'; retryAfterSeconds: number };

/** What records an event records with it the trace that it is part of. */
export interface OrderStore {
  /** Resolves with `number-taken` if an order of the shop has that number. */
  create(request: CreateOrder): Promise<Order | 'number-taken'>;
  find(id: OrderId): Promise<Order | undefined>;
  /** The first notice of an order records `order.paid`. Orders of other shops do not exist for the caller. */
  markPaid(payment: Payment, shops: PayableShops, trace?: TraceContext): Promise<SettledOutcome>;
  /** Once all that was paid for an order went back, it is marked refunded, and `order.cancelled` recorded. */
  markRefunded(refund: Refund, trace?: TraceContext): Promise<SettledOutcome>;
  /** Records a notice that is for no order, whatever its number. */
  recordMisfit(kind: MisfitKind, claim: Claim): Promise<SettledOutcome>;
  /** Records `order.reminded` if the order awaits the shop and was not reminded of just now. */
  remind(id: OrderId, trace?: TraceContext): Promise<ReminderOutcome>;
}
