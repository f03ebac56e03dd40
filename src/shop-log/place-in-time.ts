/**
 * Where an instant falls in a shop's log. Of one shop `stored_at` rises with `seq`, since the append holds the shop's row: so the
 * place is found by halving, in as many probes of the primary key as the log's length has bits, 25 of 20 million. An
 * index by time would cost each append.
 *
 * Where Postgres's clock was set back, or a standby's was behind, the times of that moment lie across each other: the place is then
 * one of several that would do.
 */

/** SQL that gives the first `seq` of shop `s` that was stored at `instant` or later, else one more than its head. */
export function placeInTime(instant: string): string {
  return `(
    WITH RECURSIVE halved (low, high) AS (
      SELECT s.oldest, s.head + 1
      UNION ALL
      SELECT CASE WHEN probe.stored_at < ${instant} THEN probe.seq + 1 ELSE h.low END,
        CASE WHEN probe.stored_at < ${instant} THEN h.high ELSE h.middle END
      FROM (SELECT low, high, (low + high) / 2 AS middle FROM halved WHERE low < high) h
      LEFT JOIN LATERAL (
        SELECT n.seq, n.stored_at FROM notifications n
        WHERE n.shop_id = s.id AND n.seq >= h.middle AND n.seq < h.high ORDER BY n.seq LIMIT 1
      ) probe ON true
    )
    SELECT max(low) FROM halved
  )`;
}
