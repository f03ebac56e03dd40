/**
 * Taking deliveries that are due. Guarantees that two senders never hold the same one: a claim is a lease, and whose lease
 * has lapsed is due again. Whether a delivery is still wanted is looked at in the same statement, before each attempt: what
 * was acknowledged, resolved or has expired by then ends with that reason.
 */

import type { Queryable } from '../../platform/postgres.ts';
import type { ClaimedDelivery, EndedReason } from './attempt.ts';
import type { DeliveryType } from './insert-deliveries.ts';

export interface ClaimRoom {
  target: string;
  /** How many of its deliveries at the most. */
  free: number;
  /** What `disabled_targets` has if this very address answered 410; empty of a target without an address. */
  urlHash: string;
}

export interface ClaimOptions {
  /** Names the sender. */
  sender: string;
  leaseMs: number;
  rooms: readonly ClaimRoom[];
  /** In all. */
  limit: number;
}

export type Claimed =
  | { outcome: 'claimed'; delivery: ClaimedDelivery }
  | { outcome: 'ended'; delivery: ClaimedDelivery; reason: EndedReason };

interface Row {
  id: string;
  type: DeliveryType;
  shop_id: string;
  seq: string | null;
  target: string;
  body: string;
  expires_at: Date;
  attempts: number;
  reason: EndedReason | null;
}

const CLAIM = `
  WITH due AS (
    SELECT one.*, room.url_hash
    FROM unnest($1::text[], $2::int[], $3::text[]) AS room (target, free, url_hash)
    CROSS JOIN LATERAL (
      SELECT id, shop_id, seq, target, expires_at, is_forced, due_at FROM deliveries
      WHERE state = 'pending' AND target = room.target AND due_at <= now()
      ORDER BY due_at LIMIT room.free FOR UPDATE SKIP LOCKED
    ) one
    ORDER BY one.due_at LIMIT $4
  ), judged AS (
    SELECT due.id, CASE
        WHEN disabled.target IS NOT NULL THEN 'target-disabled'
        WHEN receipt.reason IS NOT NULL AND NOT due.is_forced THEN receipt.reason
        WHEN due.expires_at <= clock_timestamp() THEN 'expired'
        WHEN due.seq IS NULL OR due.is_forced THEN NULL
        WHEN logged.seq IS NULL OR logged.expired_at IS NOT NULL THEN 'expired'
      END AS reason
    FROM due
    LEFT JOIN receipts receipt ON receipt.shop_id = due.shop_id AND receipt.seq = due.seq
    LEFT JOIN notifications logged ON logged.shop_id = due.shop_id AND logged.seq = due.seq
    LEFT JOIN disabled_targets disabled ON disabled.target = due.target AND disabled.url_hash = due.url_hash
  )
  UPDATE deliveries SET
    state = CASE WHEN judged.reason IS NULL THEN 'pending' ELSE 'ended' END,
    reason = judged.reason,
    ended_at = CASE WHEN judged.reason IS NULL THEN NULL ELSE clock_timestamp() END,
    leased_by = CASE WHEN judged.reason IS NULL THEN $5::uuid END,
    due_at = CASE WHEN judged.reason IS NULL THEN clock_timestamp() + make_interval(secs => $6) ELSE due_at END,
    attempts = attempts + CASE WHEN judged.reason IS NULL THEN 1 ELSE 0 END,
    last_attempt_at = CASE WHEN judged.reason IS NULL THEN clock_timestamp() ELSE last_attempt_at END
  FROM judged WHERE deliveries.id = judged.id
  RETURNING deliveries.id, type, shop_id, seq, target, body, expires_at, attempts, deliveries.reason`;

export async function claimDeliveries(pool: Queryable, options: ClaimOptions): Promise<Claimed[]> {
  const { sender, leaseMs, rooms, limit } = options;
  if (rooms.length === 0) return [];
  const { rows } = await pool.query<Row>({
    name: 'claim-deliveries',
    text: CLAIM,
    values: [
      rooms.map(({ target }) => target),
      rooms.map(({ free }) => free),
      rooms.map(({ urlHash }) => urlHash),
      limit,
      sender,
      leaseMs / 1000,
    ],
  });
  return rows.map((row) => {
    const { reason, shop_id: shopId, seq, expires_at: expiresAt, ...same } = row;
    const delivery = { ...same, shopId, seq: seq === null ? undefined : Number(seq), expiresAt };
    return reason === null ? { outcome: 'claimed', delivery } : { outcome: 'ended', delivery, reason };
  });
}

/**
 * Ends what is for targets that are not configured, once it has been due for a while: during a change of the configuration
 * a process of the one before must not end what is for a target of the next. Resolves with how many.
 */
export async function endUnconfigured(
  pool: Queryable,
  targets: readonly string[],
  afterSeconds: number,
): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'end-unconfigured-deliveries',
    text: `UPDATE deliveries SET state = 'ended', reason = 'target-not-configured', ended_at = clock_timestamp()
           WHERE state = 'pending' AND target <> ALL ($1::text[]) AND due_at <= now() - make_interval(secs => $2)`,
    values: [targets, afterSeconds],
  });
  return rowCount ?? 0;
}
