/** Writing an event into the outbox. The caller's transaction decides: if it is rolled back there is no event. */

import type { OrderCancelled } from '../domain/order-cancelled.ts';
import type { OrderEvent } from '../domain/order-event.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import type { Queryable } from '../platform/postgres.ts';
import type { OutboxRow } from './claim.ts';

/** An event with its row in the outbox, once the transaction is committed. */
export interface RecordedEvent {
  event: OrderEvent | OrderCancelled;
  row: OutboxRow;
  /** Another row has waited for longer than publishing at once takes: this event must not overtake it. */
  isBehind: boolean;
}

/** `client` is the connection of the transaction that also writes what the event tells of. */
export async function recordEvent(
  client: Queryable,
  event: OrderEvent | OrderCancelled,
  trace?: TraceContext,
): Promise<RecordedEvent> {
  const { key, ...fields } = event;
  const { eventId } = event;
  const body = JSON.stringify(fields);
  // What this very statement inserts is not seen by its subquery.
  const { rows } = await client.query<{ id: string; is_behind: boolean | null }>({
    name: 'record-event',
    text: `INSERT INTO outbox (routing_key, event_id, body, trace) VALUES ($1, $2, $3, $4)
           RETURNING id, (SELECT recorded_at < clock_timestamp() - interval '1 second'
                          FROM outbox ORDER BY id LIMIT 1) AS is_behind`,
    values: [key, eventId, body, trace],
  });
  const [inserted] = rows;
  if (inserted === undefined) throw new Error('the outbox gave no row');
  const row = { id: inserted.id, routingKey: key, eventId, body, trace: trace ?? null, waitedSeconds: 0 };
  return { event, row, isBehind: inserted.is_behind === true };
}
