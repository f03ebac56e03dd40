/**
 * Writing events for the exchange `bell` into their outbox. The caller's transaction decides: if it is rolled back there is
 * no event.
 */

import type { BellKey } from '../domain/bell-events.ts';
import type { Queryable } from '../platform/postgres.ts';

export interface BellEvent {
  key: BellKey;
  /** The AMQP `message_id`: of this event alone. */
  messageId: string;
  /** What is published, as JSON. */
  body: object;
}

/** In one statement, however many. */
export async function recordBell(client: Queryable, events: readonly BellEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query({
    name: 'record-bell',
    text: `INSERT INTO bell_outbox (routing_key, event_id, body)
           SELECT key, message_id, body
           FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS e (key, message_id, body, place)
           ORDER BY place`,
    values: [
      events.map(({ key }) => key),
      events.map(({ messageId }) => messageId),
      events.map(({ body }) => JSON.stringify(body)),
    ],
  });
}
