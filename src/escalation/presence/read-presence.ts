/** Who hears, for those who ask: of one shop, and the deaf ones page by page. It is what gateways have written by now. */

import type { AskedDeafShops, DeafShop, ShopPresence } from '../../domain/presence.ts';
import type { Queryable } from '../../platform/postgres.ts';

interface PresenceRow {
  hearing_since: Date | null;
  silent_since: Date | null;
  deaf_since: Date | null;
  gateways: number;
}

/** A shop without any row is silent since ever. */
export async function readShopPresence(pool: Queryable, shopId: string): Promise<ShopPresence> {
  const { rows } = await pool.query<PresenceRow>({
    name: 'read-shop-presence',
    text: `SELECT h.since AS hearing_since, h.gateways,
             (SELECT s.since FROM silent_shops s WHERE s.shop_id = $1) AS silent_since,
             (SELECT o.deaf_since FROM shops o WHERE o.id = $1) AS deaf_since
           FROM (SELECT min(h.since) AS since, count(*)::int AS gateways
             FROM hearing h JOIN gateways g ON g.id = h.gateway_id
             WHERE h.shop_id = $1 AND g.lapses_at > clock_timestamp()) h`,
    values: [shopId],
  });
  const { hearing_since, silent_since, deaf_since, gateways = 0 } = rows[0] ?? {};
  return {
    shop: shopId,
    presence: presenceOf(gateways, deaf_since),
    since: isoOf(gateways > 0 ? hearing_since : silent_since),
    deafSince: isoOf(deaf_since),
    gateways,
  };
}

function presenceOf(gateways: number, deafSince: Date | null | undefined): ShopPresence['presence'] {
  if (deafSince != null) return 'deaf';
  return gateways > 0 ? 'hearing' : 'silent';
}

function isoOf(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null;
}

/** In the order of their ids. */
export async function listDeafShops(pool: Queryable, asked: AskedDeafShops): Promise<DeafShop[]> {
  const { after, limit, shops } = asked;
  const { rows } = await pool.query<{ id: string; since: Date | null; deaf_since: Date }>({
    name: 'list-deaf-shops',
    text: `SELECT o.id, s.since, o.deaf_since FROM shops o LEFT JOIN silent_shops s ON s.shop_id = o.id
           WHERE o.deaf_since IS NOT NULL AND o.id > $1 AND ($2::text[] IS NULL OR o.id = ANY ($2))
           ORDER BY o.id LIMIT $3`,
    values: [after, shops === '*' ? null : shops, limit],
  });
  return rows.map(({ id, since, deaf_since }) => ({
    shop: id,
    since: isoOf(since),
    deafSince: deaf_since.toISOString(),
  }));
}

/** More change no decision. */
const COUNTED_ROWS = 100_000;

export async function countDeafShops(pool: Queryable): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-deaf-shops',
    text: `SELECT count(*)::int AS count
           FROM (SELECT FROM shops WHERE deaf_since IS NOT NULL LIMIT $1) counted`,
    values: [COUNTED_ROWS],
  });
  return rows[0]?.count ?? 0;
}
