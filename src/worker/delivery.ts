/** What the worker has in hand. */

import type { Notification } from '../domain/notification.ts';
import type { RawEvent } from '../domain/order-event.ts';
import type { DeliverySpan } from './spans.ts';

/** A message in hand. Its channel stays with the consumer that settles it. */
export interface Delivery {
  raw: RawEvent;
  /** Milliseconds since 1970 by the publisher's clock, if the publisher sent it. */
  sentAt: number | undefined;
  /** Milliseconds of the monotonic clock. */
  receivedAt: number;
  /** False once the broker has taken the message back: it will come again. */
  isLive(): boolean;
}

/** A delivery whose event is good, and the notification to log for it. */
export interface Item<D> {
  delivery: D;
  notification: Notification;
  /** Undefined where its trace is not recorded. */
  span: DeliverySpan | undefined;
}
