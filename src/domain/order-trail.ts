/** What the stages know of one order: types that those who read it and those who put it together share. */

import type { ReceiptReason } from './notification.ts';
import type { OrderId } from './order.ts';

/** An order of this service. */
export interface TracedOrder {
  readonly id: OrderId;
  readonly number: string;
  readonly shopId: string;
  readonly createdAt: Date;
  readonly paidAt: Date | null;
  /** Of its `order.paid`. */
  readonly paidEventId: string | null;
  /** The last time. */
  readonly remindedAt: Date | null;
}

/** An event that the broker has not confirmed yet. */
export interface WaitingEvent {
  readonly key: string;
  readonly eventId: string;
  readonly recordedAt: Date;
}

/** The first report that covers a notification, and the session that made it. */
export interface FirstReport {
  readonly at: Date;
  readonly sid: string;
}

/** What ended a notification for good, by a session or, without one, by upstream. */
export interface Settlement {
  readonly n: number;
  readonly sid: string | null;
  /** The `sub` of the session's token, null without authentication. */
  readonly subject: string | null;
  readonly reason: ReceiptReason;
  readonly at: Date;
}

/** A notification about the order, from any publisher, and what became of it. */
export interface OrderLogEntry {
  readonly shopId: string;
  readonly seq: number;
  readonly eventId: string;
  readonly type: number;
  readonly content: string;
  readonly occurredAt: Date;
  readonly storedAt: Date;
  /** When its message was sent to the broker, by the publisher's clock; null where the publisher does not say so. */
  readonly publishedAt: Date | null;
  /** When a gateway had published it to a socket, at the latest: of what came within a second, the last counts. Null where not known. */
  readonly broadcastAt: Date | null;
  readonly seen: FirstReport | undefined;
  readonly spoken: FirstReport | undefined;
  readonly settled: Settlement | undefined;
  readonly expiredAt: Date | null;
}

/** What was sent to a target, or is about to be. */
export interface TracedDelivery {
  readonly target: string;
  readonly state: 'pending' | 'delivered' | 'ended';
  readonly attempts: number;
  /** Why it ended without having been delivered. */
  readonly reason: string | null;
  /** Of its end, else of its last attempt, else of its making. */
  readonly at: Date;
}

/** A step of the escalation of a notification that fired. */
export interface TracedStep {
  readonly shopId: string;
  readonly seq: number;
  readonly cycle: number;
  readonly step: number;
  readonly condition: string;
  readonly targets: readonly string[];
  readonly presence: string;
  readonly decidedAt: Date;
  readonly deliveries: readonly TracedDelivery[];
}

/** What Postgres knows of it. */
export interface OrderTrail {
  /** Undefined where it is not an order of this service. */
  readonly order: TracedOrder | undefined;
  readonly waiting: readonly WaitingEvent[];
  readonly log: readonly OrderLogEntry[];
  readonly escalations: readonly TracedStep[];
}
