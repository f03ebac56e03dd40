/** The trace of a publish to sockets. */

import type { LoggedNotification } from '../domain/notification.ts';
import type { Protocol } from '../protocol/subprotocols.ts';

export interface GatewaySpans {
  /** A notification with a trace was published; `startedAt` is of the monotonic clock. Must be quick and not throw. */
  published(
    notification: LoggedNotification,
    startedAt: number,
    sockets: Readonly<Record<Protocol, number>>,
  ): void;
}
