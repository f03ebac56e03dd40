/** What becomes of the deliveries, as it happens. An observer must be quick and must not throw. */

import type { RefusalReason } from '../domain/order-event.ts';
import type { AppendVerdict } from './verdict.ts';

export interface WorkerObserver {
  /** A delivery came so long after it was sent; by the clocks of two machines, so it may be less than nothing. */
  delivered(waitedSeconds: number): void;
  appended(events: number, seconds: number): void;
  appendFailed(verdict: AppendVerdict): void;
  announced(seconds: number): void;
  /** An event is in the log and announced, so long after its delivery. The routing key is one of ours. */
  logged(routingKey: string, outcome: 'appended' | 'duplicate', secondsInHand: number): void;
  /** An order's acceptance or cancellation is in the log, and its receipts are announced, so long after its delivery. */
  resolved(routingKey: string, secondsInHand: number): void;
  /** A dead letter was confirmed. The routing key is whatever an upstream made it. */
  refused(routingKey: string, reason: RefusalReason): void;
}
