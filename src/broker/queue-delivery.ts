/** A message that the consumer has in hand. */

import type { RawEvent } from '../domain/order-event.ts';

export interface QueueDelivery {
  raw: RawEvent;
  /** Its headers as they came: a dead letter keeps them. */
  headers: Record<string, unknown>;
  /** Milliseconds since 1970, if the publisher sent it. */
  sentAt: number | undefined;
  /** Milliseconds of the monotonic clock. */
  receivedAt: number;
  /** False once its channel is gone. */
  isLive(): boolean;
}
