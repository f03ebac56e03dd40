/**
 * Appending a batch to the shops' logs in one round trip. Guarantees, by the function in the database, that each event
 * is in the log exactly once and that `seq` has no hole, also with several workers at once.
 */

import type { LoggedNotification, Notification } from '../domain/notification.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type NotificationRow, toLogged } from './notification-row.ts';

/** What became of one notification of the batch. */
export type Appended =
  /** `logged` is what the log holds: for a duplicate the row of the first time, which may read differently. */
  | { outcome: 'appended' | 'duplicate'; epoch: string; logged: LoggedNotification }
  /** The event's id belongs to another shop, type or order already. */
  | { outcome: 'conflict'; detail: string };

interface Row extends NotificationRow {
  outcome: 'appended' | 'duplicate' | 'conflict';
  shop_id: string;
  epoch: string;
}

/** Resolves with one outcome for each notification, in their order. Rejects with Postgres's error, nothing appended. */
export async function appendNotifications(
  pool: Queryable,
  batch: readonly Notification[],
): Promise<Appended[]> {
  const { rows } = await pool.query<Row>({
    name: 'append-notifications',
    text: 'SELECT * FROM append_notifications($1, $2, $3, $4, $5, $6)',
    values: [
      batch.map((n) => n.shopId),
      batch.map((n) => n.eventId),
      batch.map((n) => n.type),
      batch.map((n) => String(n.orderId)),
      batch.map((n) => n.content),
      batch.map((n) => n.occurredAt),
    ],
  });
  if (rows.length !== batch.length)
    throw new Error(`${rows.length} outcomes for ${batch.length} notifications`);
  return rows.map(toAppended);
}

function toAppended(row: Row): Appended {
  if (row.outcome === 'conflict') {
    return {
      outcome: row.outcome,
      detail: `id of type ${row.type}, order ${row.order_id}, shop ${row.shop_id}`,
    };
  }
  return { outcome: row.outcome, epoch: row.epoch, logged: toLogged(row.shop_id, row) };
}
