/** How many notifications are open under a policy, by their age, for the metrics. Guarantees that looking is bounded. */

import type { Queryable } from '../../platform/postgres.ts';

/** Younger than so long, and not younger than the one before. */
export const AGES = ['1m', '5m', '15m', '1h', 'more'] as const;
export type OpenByAge = ReadonlyMap<(typeof AGES)[number], number>;

/** More change no decision. */
const COUNTED_ROWS = 100_000;

export async function countOpen(pool: Queryable): Promise<OpenByAge> {
  const { rows } = await pool.query<{ place: number; count: number }>({
    name: 'count-open-by-age',
    text: `SELECT width_bucket(extract(epoch FROM clock_timestamp() - started_at)::float8, ARRAY[60, 300, 900, 3600]) AS place,
             count(*)::int AS count
           FROM (SELECT started_at FROM escalations LIMIT $1) counted GROUP BY 1`,
    values: [COUNTED_ROWS],
  });
  return new Map(AGES.map((age, index) => [age, rows.find(({ place }) => place === index)?.count ?? 0]));
}
