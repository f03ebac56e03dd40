/** Writing an event into the outbox. The caller's transaction decides: if it is rolled back there is no event. */

import type { OrderCancelled } from '../domain/order-cancelled.ts';
import type { OrderEvent } from '../domain/order-event.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import type { Queryable } from '../platform/postgres.ts';

/** `client` is the connection of the transaction that also writes what the event tells of. */
export async function recordEvent(
  client: Queryable,
  event: OrderEvent | OrderCancelled,
  trace?: TraceContext,
): Promise<void> {
  const { key, ...body } = event;
  await client.query({
    name: 'record-event',
    text: 'INSERT INTO outbox (routing_key, event_id, body, trace) VALUES ($1, $2, $3, $4)',
    values: [key, event.eventId, JSON.stringify(body), trace],
  });
}
