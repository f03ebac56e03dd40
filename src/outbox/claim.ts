/** The outbox's rows, as the relay sees them: claimed in the order of recording, deleted once confirmed. */

import type { Queryable } from '../platform/postgres.ts';

export interface OutboxRow {
  id: string;
  routingKey: string;
  eventId: string;
  /** The event as JSON. */
  body: string;
  /** Since it was recorded. */
  waitedSeconds: number;
}

/** Locks up to `limit` of the oldest rows that no other relay has locked, for the caller's transaction. */
export async function claimEvents(client: Queryable, limit: number): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>({
    name: 'claim-events',
    text: `SELECT id, routing_key AS "routingKey", event_id AS "eventId", body,
             extract(epoch FROM clock_timestamp() - recorded_at)::float8 AS "waitedSeconds"
           FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    values: [limit],
  });
  return rows;
}

export async function forgetEvents(client: Queryable, rows: readonly OutboxRow[]): Promise<void> {
  await client.query({
    name: 'forget-events',
    text: 'DELETE FROM outbox WHERE id = ANY ($1::bigint[])',
    values: [rows.map((row) => row.id)],
  });
}
