/** An outbox's rows, as its relay sees them: claimed in the order of recording, deleted once confirmed. */

import type { TraceContext } from '../domain/trace-context.ts';
import type { Queryable } from '../platform/postgres.ts';

/** One for each exchange that the service publishes its events to. */
export type OutboxTable = 'outbox' | 'bell_outbox';

/** What is recorded for the bell is part of no request. */
const TRACES: Readonly<Record<OutboxTable, string>> = { outbox: 'trace', bell_outbox: 'NULL' };

export interface OutboxRow {
  id: string;
  routingKey: string;
  eventId: string;
  /** The event as JSON. */
  body: string;
  /** Null where it was recorded without one. */
  trace: TraceContext | null;
  /** Since it was recorded. */
  waitedSeconds: number;
}

/** Locks up to `limit` of the oldest rows, but for `except`, that no other relay has locked, for the caller's transaction. */
export async function claimEvents(
  client: Queryable,
  table: OutboxTable,
  limit: number,
  except: readonly string[] = [],
): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>({
    name: `claim-${table}`,
    text: `SELECT id, routing_key AS "routingKey", event_id AS "eventId", body, ${TRACES[table]} AS trace,
             extract(epoch FROM clock_timestamp() - recorded_at)::float8 AS "waitedSeconds"
           FROM ${table} WHERE id <> ALL ($2::bigint[]) ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    values: [limit, except],
  });
  return rows;
}

export async function forgetEvents(
  client: Queryable,
  table: OutboxTable,
  rows: readonly OutboxRow[],
): Promise<void> {
  await client.query({
    name: `forget-${table}`,
    text: `DELETE FROM ${table} WHERE id = ANY ($1::bigint[])`,
    values: [rows.map((row) => row.id)],
  });
}
