/** Where the tills of a shop get Web Push. Guarantees that a shop never has more subscriptions than it may. */

import type pg from 'pg';
import { inTransaction, type Queryable } from '../../platform/postgres.ts';

export interface SubscriptionKeys {
  /** The browser's public key and its secret, both base64url. */
  p256dh: string;
  auth: string;
}

export interface PushSubscription {
  endpoint: string;
  keys: SubscriptionKeys;
}

export interface KeptSubscription extends PushSubscription {
  language: string | null;
}

export interface NewSubscription extends PushSubscription {
  shopId: string;
  /** The `sub` of the token; undefined without authentication. */
  subject: string | undefined;
  language: string | undefined;
}

export type SavedSubscription = { outcome: 'saved'; id: string } | { outcome: 'too-many' };

/** The same endpoint again renews what is there, under the same id. */
export function saveSubscription(
  pool: pg.Pool,
  { shopId, endpoint, keys, subject, language }: NewSubscription,
  mostOfShop: number,
): Promise<SavedSubscription> {
  return inTransaction(pool, async (client) => {
    // Two at once would count without each other.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('push-subscriptions ' || $1, 0))", [
      shopId,
    ]);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO push_subscriptions AS old (shop_id, endpoint, keys, subject, language)
       SELECT $1, $2, $3, $4, $5
       WHERE (SELECT count(*) FROM push_subscriptions WHERE shop_id = $1 AND endpoint <> $2) < $6
       ON CONFLICT (shop_id, endpoint) DO UPDATE
         SET keys = excluded.keys, subject = excluded.subject, language = excluded.language, renewed_at = clock_timestamp()
       RETURNING id`,
      [
        shopId,
        endpoint,
        JSON.stringify({ p256dh: keys.p256dh, auth: keys.auth }),
        subject,
        language,
        mostOfShop,
      ],
    );
    const id = rows[0]?.id;
    return id === undefined ? { outcome: 'too-many' } : { outcome: 'saved', id };
  });
}

/** Resolves with whether the shop had it. */
export async function removeSubscription(pool: Queryable, shopId: string, id: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'remove-push-subscription',
    text: 'DELETE FROM push_subscriptions WHERE shop_id = $1 AND id = $2',
    values: [shopId, id],
  });
  return rowCount === 1;
}

export async function subscriptionsOf(pool: Queryable, shopId: string): Promise<KeptSubscription[]> {
  const { rows } = await pool.query<KeptSubscription>({
    name: 'push-subscriptions-of',
    text: 'SELECT endpoint, keys, language FROM push_subscriptions WHERE shop_id = $1 ORDER BY renewed_at DESC LIMIT 100',
    values: [shopId],
  });
  return rows;
}

/** The push service has forgotten these: for every shop. */
export async function removeEndpoints(pool: Queryable, endpoints: readonly string[]): Promise<void> {
  if (endpoints.length === 0) return;
  await pool.query({
    name: 'remove-push-endpoints',
    text: 'DELETE FROM push_subscriptions WHERE endpoint = ANY ($1::text[])',
    values: [endpoints],
  });
}
