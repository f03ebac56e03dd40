/**
 * Storing what tills report: rows are only added. Guarantees that none is beyond its shop's head, and that each has the time at
 * which it was reported, by Postgres's clock.
 */

import type { ReportedProgress } from '../domain/progress.ts';
import type { Queryable } from '../platform/postgres.ts';

/**
 * One statement for all of them. Resolves with the seconds from paid to spoken of each order that is spoken for the first time
 * and was not dealt with before: by the time that the event says, and Postgres's clock.
 */
export async function recordProgress(
  pool: Queryable,
  reported: readonly ReportedProgress[],
): Promise<number[]> {
  const { rows } = await pool.query<{ seconds: number }>({
    name: 'record-progress',
    text: 'SELECT * FROM record_progress($1, $2, $3, $4, $5, $6) AS seconds',
    values: [
      reported.map(({ shopId }) => shopId),
      reported.map(({ kind }) => kind),
      reported.map(({ seq }) => seq),
      reported.map(({ sid }) => sid),
      reported.map(({ ageMs }) => ageMs / 1_000),
      reported.map(({ broadcastAgeMs: ageMs }) => (ageMs === undefined ? null : ageMs / 1_000)),
    ],
  });
  return rows.map(({ seconds }) => seconds);
}
