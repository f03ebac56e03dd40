/** The trace of what the worker does. Each of these is undefined where nothing is recorded, and then costs nothing. */

import type { LoggedNotification } from '../domain/notification.ts';
import type { RefusalReason } from '../domain/order-event.ts';
import type { TraceContext } from '../domain/trace-context.ts';

/** From the delivery until it is settled, or is on its way to the dead letters. Ends once. */
export interface DeliverySpan {
  /** For the announcement of what was logged. */
  readonly context: TraceContext;
  logged(logged: LoggedNotification, outcome: 'appended' | 'duplicate'): void;
  refused(reason: RefusalReason): void;
}

export interface AppendSpan {
  /** `failure` is what the failure means for the batch. */
  end(failure?: string): void;
}

export interface AppendSpans {
  /** One attempt to append these. Undefined where none of their deliveries is recorded. */
  beginAppend(items: readonly { readonly span: DeliverySpan | undefined }[]): AppendSpan | undefined;
}

export interface WorkerSpans<D> extends AppendSpans {
  /** A delivery is in hand. */
  begin(delivery: D): DeliverySpan | undefined;
}
