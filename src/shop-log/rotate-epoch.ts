/**
 * Making the shops' logs other logs. For a database that was restored in place: its numbers were given out before, so
 * that a client would take a new notification for one it has seen. Guarantees that no position in the old log is
 * taken for one in the new: a client that comes back gets `gone` and all that is kept. Loses nothing.
 */

import type { Queryable } from '../platform/postgres.ts';

/** Gives these shops, or all, new epochs; resolves with the shops that have a log, sorted. Gateways see it by comparing. */
export async function rotateEpochs(pool: Queryable, shopIds: readonly string[] | 'all'): Promise<string[]> {
  // Locked in the order in which an append locks them: the two would wait for each other otherwise.
  const { rows } = await pool.query<{ id: string }>({
    text: `WITH chosen AS (
             SELECT id FROM shops WHERE $1::text[] IS NULL OR id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
           ), rotated AS (
             UPDATE shops s SET epoch = gen_random_uuid() FROM chosen c WHERE s.id = c.id RETURNING s.id
           )
           SELECT id FROM rotated ORDER BY id`,
    values: [shopIds === 'all' ? null : shopIds],
  });
  return rows.map(({ id }) => id);
}
