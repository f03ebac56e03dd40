/**
 * Searching a shop's log by a number, newest first. There is no index for it, since that would cost each append: one search looks
 * at a bounded stretch, and says where the next one goes on.
 */

import type { FoundNotifications, LogSearch } from '../domain/log-range.ts';
import type { Queryable } from '../platform/postgres.ts';
import { withEscalated } from './read-escalated.ts';
import { IDENTITY_ONCE } from './read-log.ts';
import { TIMED_COLUMNS, type TimedRow, toTimed } from './timed-row.ts';

/** So many notifications are looked at: about 20 ms where they are in memory, and 1 s where each is read from a disk. */
const LOOKED_AT = 5_000;

type Row = { epoch: string; oldest: string; lowest: string | null; lowest_at: Date | null } & (
  | { seq: null }
  | TimedRow
);

/** A hit has the number in its content or its order's id; what else there is of an order that is hit comes with it. */
const HITS = `
  WITH looked AS MATERIALIZED (
    SELECT n.seq, n.order_id, n.stored_at,
      strpos(lower(n.content), lower($2)) > 0 OR strpos(n.order_id::text, $2) > 0 AS is_hit
    FROM notifications n WHERE n.shop_id = s.id AND n.seq < $3 ORDER BY n.seq DESC LIMIT ${LOOKED_AT}
  )
  SELECT lowest.seq AS lowest, lowest.stored_at AS lowest_at, hit.seq
  FROM (SELECT seq, stored_at FROM looked ORDER BY seq LIMIT 1) lowest
  LEFT JOIN LATERAL (
    SELECT seq FROM looked WHERE is_hit OR order_id IN (SELECT order_id FROM looked WHERE is_hit)
    ORDER BY seq DESC LIMIT $4
  ) hit ON true`;

/** Undefined for a shop that has no log yet. */
export async function searchLog(
  pool: Queryable,
  { shopId, number, before, limit }: LogSearch,
): Promise<FoundNotifications | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'search-log',
    text: `SELECT s.epoch || '.' || l.identity AS epoch, s.oldest, hits.lowest, hits.lowest_at, ${TIMED_COLUMNS}
           FROM ${IDENTITY_ONCE} l CROSS JOIN shops s
           LEFT JOIN LATERAL (${HITS}) hits ON true
           LEFT JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = s.id AND n.seq = hits.seq OFFSET 0) n ON true
           LEFT JOIN LATERAL (SELECT * FROM receipts r WHERE r.shop_id = s.id AND r.seq = n.seq OFFSET 0) r ON true
           WHERE s.id = $1 ORDER BY n.seq DESC`,
    values: [shopId, number, before ?? Number.MAX_SAFE_INTEGER, limit],
  });
  const [first] = rows;
  if (first === undefined) return undefined;
  const found = rows.flatMap((row) => (row.seq === null ? [] : toTimed(shopId, row)));
  const isFull = found.length === limit;
  const reached = (isFull ? found.at(-1)?.seq : undefined) ?? Number(first.lowest ?? 0);
  return {
    epoch: first.epoch,
    notifications: await withEscalated(pool, shopId, found),
    next: reached > Number(first.oldest) ? reached : null,
    searchedTo: (isFull ? found.at(-1)?.loggedAt : first.lowest_at?.toISOString()) ?? null,
  };
}
