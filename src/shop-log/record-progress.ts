/**
 * Storing what tills report: rows are only added. Guarantees that none is beyond its shop's head, and that each has the time at
 * which it was reported, by Postgres's clock.
 */

import type { ReportedProgress } from '../domain/progress.ts';
import type { Queryable } from '../platform/postgres.ts';

/** One statement for all of them. */
export async function recordProgress(pool: Queryable, reported: readonly ReportedProgress[]): Promise<void> {
  await pool.query({
    name: 'record-progress',
    text: `INSERT INTO progress (shop_id, kind, seq, sid, at)
           SELECT r.shop_id, r.kind, r.seq, r.sid, clock_timestamp() - make_interval(secs => r.age)
           FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::float8[]) AS r (shop_id, kind, seq, sid, age)
           JOIN shops s ON s.id = r.shop_id AND s.head >= r.seq`,
    values: [
      reported.map(({ shopId }) => shopId),
      reported.map(({ kind }) => kind),
      reported.map(({ seq }) => seq),
      reported.map(({ sid }) => sid),
      reported.map(({ ageMs }) => ageMs / 1_000),
    ],
  });
}
