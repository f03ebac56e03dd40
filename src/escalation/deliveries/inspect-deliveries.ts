/** Deliveries for the operator: to be listed, looked at, made once more; and targets to be enabled again. */

import type pg from 'pg';
import { inTransaction, type Queryable } from '../../platform/postgres.ts';
import type { EndedReason } from './attempt.ts';
import type { DeliveryType } from './insert-deliveries.ts';

export const DELIVERY_STATES = ['pending', 'delivered', 'ended'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Times are in ISO 8601. */
export interface DeliveryRecord {
  id: string;
  type: DeliveryType;
  shopId: string;
  seq: number | null;
  cycle: number | null;
  step: number | null;
  target: string;
  state: DeliveryState;
  reason: EndedReason | null;
  attempts: number;
  lastResult: string | null;
  madeAt: string;
  /** Of the next attempt; null where it is over. */
  dueAt: string | null;
  expiresAt: string;
  endedAt: string | null;
}

export interface AskedDeliveries {
  state: DeliveryState | undefined;
  shopId: string | undefined;
  target: string | undefined;
  limit: number;
}

type Row = Omit<DeliveryRecord, 'seq' | 'madeAt' | 'dueAt' | 'expiresAt' | 'endedAt'> & {
  seq: string | null;
  madeAt: Date;
  dueAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
};

const COLUMNS = `id, type, shop_id AS "shopId", seq, cycle, step, target, state, reason, attempts,
  last_result AS "lastResult", made_at AS "madeAt", due_at AS "dueAt", expires_at AS "expiresAt", ended_at AS "endedAt"`;

/** The newest first. */
export async function listDeliveries(pool: Queryable, asked: AskedDeliveries): Promise<DeliveryRecord[]> {
  const { state, shopId, target, limit } = asked;
  const { rows } = await pool.query<Row>({
    text: `SELECT ${COLUMNS} FROM deliveries
           WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR shop_id = $2)
             AND ($3::text IS NULL OR target = $3)
           ORDER BY made_at DESC, id LIMIT $4`,
    values: [state, shopId, target, limit],
  });
  return rows.map(toRecord);
}

/** With the JSON that is sent. Undefined where there is none of that id. */
export async function readDelivery(
  pool: Queryable,
  id: string,
): Promise<(DeliveryRecord & { body: string }) | undefined> {
  const { rows } = await pool.query<Row & { body: string }>({
    text: `SELECT ${COLUMNS}, body FROM deliveries WHERE id = $1`,
    values: [id],
  });
  return rows[0] === undefined ? undefined : { ...toRecord(rows[0]), body: rows[0].body };
}

function toRecord({ seq, madeAt, dueAt, expiresAt, endedAt, ...row }: Row): DeliveryRecord {
  const { id, type, shopId, cycle, step, target, state, reason, attempts, lastResult } = row;
  return {
    ...{ id, type, shopId, seq: seq === null ? null : Number(seq), cycle, step, target },
    ...{ state, reason, attempts, lastResult },
    madeAt: madeAt.toISOString(),
    dueAt: state === 'pending' ? dueAt.toISOString() : null,
    expiresAt: expiresAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** `in-hand`: an attempt is under way. `not-open`: its notification is answered, or it has expired. */
export type RetriedDelivery = 'due' | 'not-found' | 'in-hand' | 'delivered' | 'not-open';

/** What is forced is made whether or not its notification is open, within a quarter of an hour. */
const FORCED_SECONDS = 900;

/** Makes it due at once, under its id. */
export function retryDelivery(pool: pg.Pool, id: string, isForced: boolean): Promise<RetriedDelivery> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ state: DeliveryState; inHand: boolean; isOpen: boolean }>(
      `SELECT state, state = 'pending' AND leased_by IS NOT NULL AND due_at > clock_timestamp() AS "inHand",
         expires_at > clock_timestamp() AND (seq IS NULL OR EXISTS (
           SELECT FROM notifications n WHERE n.shop_id = d.shop_id AND n.seq = d.seq AND n.expired_at IS NULL
             AND NOT EXISTS (SELECT FROM receipts r WHERE r.shop_id = n.shop_id AND r.seq = n.seq))) AS "isOpen"
       FROM deliveries d WHERE id = $1 FOR UPDATE`,
      [id],
    );
    const [found] = rows;
    if (found === undefined) return 'not-found';
    if (found.inHand) return 'in-hand';
    if (!isForced && found.state === 'delivered') return 'delivered';
    if (!isForced && !found.isOpen) return 'not-open';
    await client.query(
      `UPDATE deliveries
       SET state = 'pending', due_at = clock_timestamp(), reason = NULL, ended_at = NULL, leased_by = NULL,
         is_forced = $2,
         expires_at = CASE WHEN $2 THEN GREATEST(expires_at, clock_timestamp() + make_interval(secs => $3))
                      ELSE expires_at END
       WHERE id = $1`,
      [id, isForced, FORCED_SECONDS],
    );
    return 'due';
  });
}

/** Resolves with whether it was disabled. */
export async function enableTarget(pool: Queryable, target: string): Promise<boolean> {
  const { rowCount } = await pool.query('DELETE FROM disabled_targets WHERE target = $1', [target]);
  return rowCount === 1;
}
