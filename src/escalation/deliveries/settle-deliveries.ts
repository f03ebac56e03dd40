/**
 * Writing what came of an attempt. Guarantees that a delivery which was made counts as made, whichever sender holds it by then, and
 * that a failure counts only while its sender still holds the lease: another may be at it already.
 */

import type pg from 'pg';
import { inTransaction, type Queryable } from '../../platform/postgres.ts';
import type { ClaimedDelivery, EndedReason } from './attempt.ts';

/** Resolves with false where it had ended before. */
export async function settleDelivered(
  pool: Queryable,
  { id }: ClaimedDelivery,
  result: string,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'settle-delivered',
    text: `UPDATE deliveries
           SET state = 'delivered', ended_at = clock_timestamp(), last_result = $2, reason = NULL, leased_by = NULL
           WHERE id = $1 AND state <> 'delivered'`,
    values: [id, result],
  });
  return rowCount === 1;
}

export async function settleEnded(
  pool: Queryable,
  { id, attempts }: ClaimedDelivery,
  { result, reason }: { result: string; reason: EndedReason },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'settle-ended',
    text: `UPDATE deliveries
           SET state = 'ended', ended_at = clock_timestamp(), last_result = $3, reason = $4, leased_by = NULL
           WHERE id = $1 AND state = 'pending' AND attempts = $2`,
    values: [id, attempts, result, reason],
  });
  return rowCount === 1;
}

/** The target itself said that it is gone: no other delivery to this address is begun, by any process. */
export function settleGone(
  pool: pg.Pool,
  delivery: ClaimedDelivery,
  { result, urlHash }: { result: string; urlHash: string },
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query({
      name: 'disable-target',
      text: `INSERT INTO disabled_targets (target, url_hash) VALUES ($1, $2)
             ON CONFLICT (target) DO UPDATE SET url_hash = excluded.url_hash, disabled_at = excluded.disabled_at`,
      values: [delivery.target, urlHash],
    });
    return settleEnded(client, delivery, { result, reason: 'gone' });
  });
}

/** Due after `delayMs`, or when it expires: what ends it is then looked at. */
export async function settleFailed(
  pool: Queryable,
  { id, attempts }: ClaimedDelivery,
  { result, delayMs }: { result: string; delayMs: number },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'settle-failed',
    text: `UPDATE deliveries SET last_result = $3, leased_by = NULL,
             due_at = LEAST(clock_timestamp() + make_interval(secs => $4), GREATEST(expires_at, clock_timestamp()))
           WHERE id = $1 AND state = 'pending' AND attempts = $2`,
    values: [id, attempts, result, delayMs / 1000],
  });
  return rowCount === 1;
}
