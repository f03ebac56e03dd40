/** Reading what was logged in a stretch of time, by the page. As with every page, all of it is of one snapshot. */

import type { RangePage, TimeRange } from '../domain/log-range.ts';
import type { Queryable } from '../platform/postgres.ts';
import { placeInTime } from './place-in-time.ts';
import { withEscalated } from './read-escalated.ts';
import { IDENTITY_ONCE, OPEN_FROM, type StateRow, toState } from './read-log.ts';
import { TIMED_COLUMNS, type TimedRow, toTimed } from './timed-row.ts';

export interface AskedRange extends TimeRange {
  shopId: string;
  since: number;
  limit: number;
}

type Row = StateRow & { open: string; ends: string } & ({ seq: null } | TimedRow);

/** The notifications of the range after `since`, at most `limit`. Undefined for a shop that has no log yet. */
export async function readRange(
  pool: Queryable,
  { shopId, from, to, since, limit }: AskedRange,
): Promise<RangePage | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'read-range',
    text: `SELECT s.id, s.epoch || '.' || l.identity AS epoch, s.head, s.oldest, s.receipts, o.open, place.ends, ${TIMED_COLUMNS}
           FROM ${IDENTITY_ONCE} l CROSS JOIN shops s CROSS JOIN LATERAL ${OPEN_FROM} o
           CROSS JOIN LATERAL (
             SELECT ${placeInTime('$2::timestamptz')} AS begins, ${placeInTime('$3::timestamptz')} AS ends OFFSET 0
           ) place
           LEFT JOIN LATERAL (
             SELECT * FROM notifications n
             WHERE n.shop_id = s.id AND n.seq >= greatest(place.begins, $4::bigint + 1) AND n.seq < place.ends
             ORDER BY n.seq LIMIT $5
           ) n ON true
           LEFT JOIN LATERAL (SELECT * FROM receipts r WHERE r.shop_id = s.id AND r.seq = n.seq OFFSET 0) r ON true
           WHERE s.id = $1 ORDER BY n.seq`,
    values: [shopId, from ?? '-infinity', to ?? 'infinity', since, limit],
  });
  const [first] = rows;
  if (first === undefined) return undefined;
  const notifications = rows.flatMap((row) => (row.seq === null ? [] : toTimed(shopId, row)));
  return {
    ...toState(first),
    open: Number(first.open),
    ends: Number(first.ends),
    notifications: await withEscalated(pool, shopId, notifications),
  };
}
