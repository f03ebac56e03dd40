/**
 * The policies in Postgres. Guarantees that a version never changes: another body is another version, and what escalates goes
 * on by the version with which it was logged. The same body once more makes no version.
 */

import type pg from 'pg';
import type { EscalationPolicy } from '../domain/escalation-policy.ts';
import type { PolicyStore, ShopPolicy } from '../domain/shop-policy.ts';
import { inTransaction, type Queryable } from '../platform/postgres.ts';

interface PolicyRow {
  id: string;
  shop_id: string | null;
  body: EscalationPolicy;
  made_at: Date;
}

export function createPolicyStore(pool: pg.Pool): PolicyStore {
  return {
    read: (shopId) => readPolicyOf(pool, shopId),
    set: (shopId, policy, madeBy) =>
      inTransaction(pool, async (client) => {
        await lockShop(client, shopId);
        const current = await readPolicyOf(client, shopId);
        const own = current.source === 'shop' ? current.version : null;
        const version = await versionOf(client, policy, { current: own, shopId, madeBy });
        await client.query('UPDATE shops SET policy_id = $2 WHERE id = $1', [shopId, version]);
        return readPolicyOf(client, shopId);
      }),
    async remove(shopId) {
      await pool.query('UPDATE shops SET policy_id = NULL WHERE id = $1 AND policy_id IS NOT NULL', [shopId]);
      return readPolicyOf(pool, shopId);
    },
  };
}

async function readPolicyOf(client: Queryable, shopId: string): Promise<ShopPolicy> {
  const { rows } = await client.query<PolicyRow>({
    name: 'read-policy-of',
    text: `SELECT p.id, p.shop_id, p.body, p.made_at FROM escalation_policies p
           WHERE p.id = coalesce((SELECT policy_id FROM shops WHERE id = $1), (SELECT policy_id FROM escalation_default))`,
    values: [shopId],
  });
  const [row] = rows;
  if (row === undefined) return { shop: shopId, source: 'none', version: null, madeAt: null, policy: null };
  return {
    shop: shopId,
    source: row.shop_id === null ? 'default' : 'shop',
    version: Number(row.id),
    madeAt: row.made_at.toISOString(),
    policy: row.body,
  };
}

/** A shop that has no row yet gets one, with an empty log. */
async function lockShop(client: Queryable, shopId: string): Promise<void> {
  await client.query('INSERT INTO shops (id) VALUES ($1) ON CONFLICT DO NOTHING', [shopId]);
  await client.query('SELECT FROM shops WHERE id = $1 FOR NO KEY UPDATE', [shopId]);
}

interface VersionRequest {
  /** The version in force, which stays where it has the same body. */
  current: number | null;
  /** Null of the default. */
  shopId: string | null;
  madeBy: string | undefined;
}

async function versionOf(
  client: Queryable,
  policy: EscalationPolicy,
  { current, shopId, madeBy }: VersionRequest,
): Promise<string> {
  const body = JSON.stringify(policy);
  const same = await client.query<{ id: string }>(
    'SELECT id FROM escalation_policies WHERE id = $1 AND body = $2::jsonb',
    [current, body],
  );
  if (same.rows[0] !== undefined) return same.rows[0].id;
  const [first] = policy.steps;
  const { rows } = await client.query<{ id: string }>({
    name: 'make-policy-version',
    text: `INSERT INTO escalation_policies (shop_id, body, first_after_seconds, first_when, made_by)
           VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    values: [shopId, body, first?.afterSeconds, first?.when, madeBy ?? null],
  });
  return rows[0]?.id ?? '';
}

/**
 * Makes `policy` the default, and none where it is undefined. Several processes may do it at once: the last one counts.
 * Resolves with the version in force.
 */
export function setDefaultPolicy(
  pool: pg.Pool,
  policy: EscalationPolicy | undefined,
): Promise<number | undefined> {
  return inTransaction(pool, async (client) => {
    // Readers are not held up by it, only another process that does the same.
    await client.query('LOCK TABLE escalation_default IN SHARE ROW EXCLUSIVE MODE');
    if (policy === undefined) {
      await client.query('DELETE FROM escalation_default');
      return undefined;
    }
    const { rows } = await client.query<{ policy_id: string }>('SELECT policy_id FROM escalation_default');
    const current = rows[0] === undefined ? null : Number(rows[0].policy_id);
    const version = await versionOf(client, policy, { current, shopId: null, madeBy: undefined });
    await client.query(
      `INSERT INTO escalation_default (policy_id) VALUES ($1)
       ON CONFLICT (is_only) DO UPDATE SET policy_id = excluded.policy_id
         WHERE escalation_default.policy_id <> excluded.policy_id`,
      [version],
    );
    return Number(version);
  });
}
