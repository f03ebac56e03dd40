/** The paired tills in Postgres. What is removed stays there until its last token has ended, so that every process refuses it. */

import type pg from 'pg';
import type { PairedTill } from '../domain/till.ts';
import { inTransaction, type Queryable } from '../platform/postgres.ts';
import { type BatchedRemoval, removeInBatches } from '../platform/remove-in-batches.ts';

interface TillRow {
  id: string;
  shop_id: string;
  name: string;
  paired_at: Date;
  renewed_at: Date;
  token_ends_at: Date;
}

const COLUMNS = 'id, shop_id, name, paired_at, renewed_at, token_ends_at';

/** So many are listed. */
const MOST_LISTED = 1000;

export async function listTills(pool: Queryable, shopId: string): Promise<PairedTill[]> {
  const { rows } = await pool.query<TillRow>({
    name: 'list-tills',
    text: `SELECT ${COLUMNS} FROM tills
           WHERE shop_id = $1 AND revoked_at IS NULL AND token_ends_at > clock_timestamp()
           ORDER BY paired_at DESC, id LIMIT ${MOST_LISTED}`,
    values: [shopId],
  });
  return rows.map(tillOf);
}

/** Undefined where the till was removed. An earlier token stays good until its own end. */
export async function renewTill(
  pool: Queryable,
  id: string,
  tokenEndsAt: number,
): Promise<PairedTill | undefined> {
  const { rows } = await pool.query<TillRow>({
    name: 'renew-till',
    text: `UPDATE tills SET renewed_at = clock_timestamp(), token_ends_at = greatest(token_ends_at, $2)
           WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
    values: [id, new Date(tokenEndsAt)],
  });
  return rows.map(tillOf)[0];
}

/** Its subscriptions to Web Push end as well: they bring what it may not read any more. Undefined where there is no such till. */
export function removeTill(
  pool: pg.Pool,
  id: string,
  shops: '*' | readonly string[],
  by: string | undefined,
): Promise<PairedTill | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<TillRow>(
      `UPDATE tills SET revoked_at = clock_timestamp(), revoked_by = $3
       WHERE id = $1 AND revoked_at IS NULL AND ($2::text[] IS NULL OR shop_id = ANY ($2)) RETURNING ${COLUMNS}`,
      [id, shops === '*' ? null : shops, by],
    );
    const till = rows.map(tillOf)[0];
    if (till !== undefined) {
      await client.query('DELETE FROM push_subscriptions WHERE shop_id = $1 AND subject = $2', [
        till.shopId,
        subjectOf(id),
      ]);
    }
    return till;
  });
}

/** Those that were removed and may still have a token. A day more than that: clocks differ. */
export async function readRemovedTills(pool: Queryable): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'removed-tills',
    text: `SELECT id FROM tills WHERE revoked_at IS NOT NULL AND token_ends_at > clock_timestamp() - interval '1 day'`,
  });
  return rows.map(({ id }) => id);
}

/** Forgets tills whose last token ended longer ago than so many days. Resolves with how many. */
export function forgetTills(pool: Queryable, options: BatchedRemoval): Promise<number> {
  const days = Math.max(1, options.days);
  return removeInBatches(
    pool,
    {
      name: 'forget-tills',
      text: `DELETE FROM tills WHERE id IN (
               SELECT id FROM tills WHERE token_ends_at < now() - make_interval(days => $1) LIMIT $2)`,
    },
    { ...options, days },
  );
}

/** The `sub` of a till's token. */
export function subjectOf(id: string): string {
  return `till:${id}`;
}

function tillOf(row: TillRow): PairedTill {
  return {
    id: row.id,
    shopId: row.shop_id,
    name: row.name,
    pairedAt: row.paired_at.toISOString(),
    renewedAt: row.renewed_at.toISOString(),
    tokenEndsAt: row.token_ends_at.toISOString(),
  };
}
