/** Summing up what was logged in a stretch of time: what came, what became of it, and how soon it was acknowledged. */

import { type KindSummary, type LogSummary, MOST_SUMMED, type TimeRange } from '../domain/log-range.ts';
import type { Queryable } from '../platform/postgres.ts';
import { placeInTime } from './place-in-time.ts';
import { IDENTITY_ONCE } from './read-log.ts';

/** Of a stretch without notifications there is one row, which has no type. */
interface Row {
  epoch: string;
  kept_from: Date | null;
  is_whole: boolean;
  type: number | null;
  logged: string;
  acknowledged: string;
  resolved: string;
  expired: string;
  open: string;
  escalated: string;
  median: number | null;
  slowest: number | null;
  slowest_seq: string;
}

/** For each notification its outcome. None of the joins can become one with the whole of a table. */
const OUTCOMES = `
  SELECT n.seq, n.type, r.reason, n.expired_at IS NOT NULL AS is_expired,
    CASE r.reason WHEN 'acknowledged' THEN greatest(extract(epoch FROM r.acked_at - n.stored_at), 0) END::float8 AS seconds,
    (SELECT true FROM escalation_steps e WHERE e.shop_id = s.id AND e.seq = n.seq LIMIT 1) IS NOT NULL AS is_escalated
  FROM (
    SELECT n.seq, n.type, n.stored_at, n.expired_at FROM notifications n
    WHERE n.shop_id = s.id AND n.seq >= place.begins AND n.seq < place.ends ORDER BY n.seq LIMIT ${MOST_SUMMED}
  ) n
  LEFT JOIN LATERAL (
    SELECT r.reason, r.acked_at FROM receipts r WHERE r.shop_id = s.id AND r.seq = n.seq OFFSET 0
  ) r ON true`;

const BY_TYPE = `
  SELECT type, count(*) AS logged,
    count(*) FILTER (WHERE reason = 'acknowledged') AS acknowledged,
    count(*) FILTER (WHERE reason <> 'acknowledged') AS resolved,
    count(*) FILTER (WHERE reason IS NULL AND is_expired) AS expired,
    count(*) FILTER (WHERE reason IS NULL AND NOT is_expired) AS open,
    count(*) FILTER (WHERE is_escalated) AS escalated,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
    max(seconds) AS slowest,
    (array_agg(seq ORDER BY seconds DESC NULLS LAST, seq))[1] AS slowest_seq
  FROM (${OUTCOMES}) outcome GROUP BY type`;

/** Undefined for a shop that has no log yet. */
export async function summariseRange(
  pool: Queryable,
  shopId: string,
  { from, to }: TimeRange,
): Promise<Omit<LogSummary, 'shop' | 'now'> | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'summarise-range',
    text: `SELECT s.epoch || '.' || l.identity AS epoch, place.ends - place.begins <= ${MOST_SUMMED} AS is_whole,
             (SELECT n.stored_at FROM notifications n WHERE n.shop_id = s.id AND n.seq >= s.oldest ORDER BY n.seq LIMIT 1)
               AS kept_from,
             kind.*
           FROM ${IDENTITY_ONCE} l CROSS JOIN shops s
           CROSS JOIN LATERAL (
             SELECT ${placeInTime('$2::timestamptz')} AS begins, ${placeInTime('$3::timestamptz')} AS ends OFFSET 0
           ) place
           LEFT JOIN LATERAL (${BY_TYPE}) kind ON true
           WHERE s.id = $1 ORDER BY kind.type`,
    values: [shopId, from ?? '-infinity', to ?? 'infinity'],
  });
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    epoch: first.epoch,
    keptFrom: first.kept_from?.toISOString() ?? null,
    isWhole: first.is_whole,
    kinds: rows.flatMap((row) => (row.type === null ? [] : toKind(row, row.type))),
  };
}

function toKind(row: Row, type: number): KindSummary {
  const { median, slowest } = row;
  return {
    type,
    logged: Number(row.logged),
    acknowledged: Number(row.acknowledged),
    resolved: Number(row.resolved),
    expired: Number(row.expired),
    open: Number(row.open),
    escalated: Number(row.escalated),
    medianSeconds: median === null ? null : toMilliseconds(median),
    slowest: slowest === null ? null : { seq: Number(row.slowest_seq), seconds: toMilliseconds(slowest) },
  };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
