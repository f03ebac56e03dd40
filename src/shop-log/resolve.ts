/**
 * Resolving what upstream has dealt with. Guarantees that a notification gets one receipt, whether a till or upstream is
 * first, and that a resolution which overtakes its order's events meets them when they come, within an hour. Repeating a
 * resolution changes nothing.
 */

import type { ReceiptBatch } from '../domain/log.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { Queryable } from '../platform/postgres.ts';
import { type ResolvedRow, toReceiptBatches } from './receipt-row.ts';

/** Resolves with the receipts that this made, one batch a shop. Rejects with Postgres's error, nothing resolved. */
export async function resolveNotifications(
  pool: Queryable,
  batch: readonly Resolution[],
): Promise<ReceiptBatch[]> {
  const { rows } = await pool.query<ResolvedRow>({
    name: 'resolve-notifications',
    text: `SELECT shop_id, epoch, n, seq, reason, acked_at FROM resolve_notifications($1, $2, $3, $4, $5)`,
    values: [
      batch.map(({ shopId }) => shopId),
      batch.map(({ orderId }) => String(orderId)),
      batch.map(({ reason }) => reason),
      batch.map(({ eventId }) => eventId),
      batch.map(({ occurredAt }) => occurredAt),
    ],
  });
  return toReceiptBatches(rows);
}

/** Removes what no event has met for an hour; resolves with how many those were. */
export async function forgetEarlyResolutions(pool: Queryable): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM early_resolutions WHERE stored_at < clock_timestamp() - interval '1 hour'`,
  );
  return rowCount ?? 0;
}
