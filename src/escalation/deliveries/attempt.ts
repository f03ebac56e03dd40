/** What is known of a delivery in hand, and what can come of one attempt to make it. */

import type { DeliveryType } from './insert-deliveries.ts';

export interface ClaimedDelivery {
  id: string;
  type: DeliveryType;
  shopId: string;
  seq: number | undefined;
  target: string;
  body: string;
  expiresAt: Date;
  /** With the one that is beginning. */
  attempts: number;
}

/** `result` is short and holds nothing secret, such as `204`, `timeout` or `ECONNREFUSED`. */
export type AttemptResult =
  | { outcome: 'delivered'; result: string }
  /** There will never be anything to send to: the target answered 410, or the shop has no subscription. */
  | { outcome: 'ended'; result: string; reason: 'gone' | 'no-subscription' }
  /** `isStuck`: the receiver did not answer. */
  | { outcome: 'failed'; result: string; retryAfterMs: number; isStuck: boolean }
  /** The process stops: another attempt may begin at once. */
  | { outcome: 'stopped' };

/** Why a delivery ended without having been made. */
export const ENDED_REASONS = [
  ...(['acknowledged', 'accepted', 'cancelled', 'expired'] as const),
  ...(['gone', 'no-subscription', 'target-disabled', 'target-not-configured'] as const),
] as const;
export type EndedReason = (typeof ENDED_REASONS)[number];
