/**
 * Retention goes through the shops once, in the order of their names. Before, each batch looked for its one shop from the first on, past
 * all that were done already, and its commit made an append wait for the disk.
 *
 * - The shops are read by their index and no further than the batch goes. Where the planner may sort, it reads the fronts of all of them
 *   each time, once statistics say so: 180 µs a row instead of 9.
 * - What is to go is read before a shop is locked: rows that are not in memory are waited for while no append waits.
 * - A shop is locked for as long as its own batch takes. One that is locked by another is left to the next time.
 * - The commit does not wait for the disk (`synchronous_commit`): what a crash brings back is removed again.
 *
 * - 3 million rows of 10,000 shops, 750,000 of them to go: 9 µs of Postgres's processor a row, with batches of 200 as with 500. Before,
 *   34 µs where a ninth of the shops were done, and 72 where a quarter were.
 *
 * The function of the version before stays.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION remove_expired(cutoff timestamptz, batch int, after text)
    RETURNS TABLE (removed bigint, reached text, is_done boolean)
    LANGUAGE plpgsql VOLATILE SET plan_cache_mode TO 'force_generic_plan' SET jit TO 'off'
    SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' AS $$
    DECLARE
      shop record;
      last bigint;
      names text[] := '{}';
      firsts bigint[] := '{}';
      lasts bigint[] := '{}';
      planned bigint := 0;
      looked int := 0;
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true);
      removed := 0;
      reached := after;
      FOR shop IN
        SELECT s.id, s.oldest FROM shops s
        CROSS JOIN LATERAL (SELECT stored_at FROM notifications n WHERE n.shop_id = s.id AND n.seq = s.oldest OFFSET 0) n
        WHERE s.id > after AND n.stored_at < cutoff ORDER BY s.id LIMIT batch
      LOOP
        SELECT coalesce(min(f.seq) FILTER (WHERE f.stored_at >= cutoff) - 1, max(f.seq)) INTO last
        FROM (SELECT n.seq, n.stored_at FROM notifications n
              WHERE n.shop_id = shop.id AND n.seq >= shop.oldest ORDER BY n.seq LIMIT batch - planned) f;
        looked := looked + 1;
        -- Another may have removed them since: then there is nothing, or what begins later.
        IF last >= shop.oldest THEN
          names := names || shop.id;
          firsts := firsts || shop.oldest;
          lasts := lasts || last;
          planned := planned + last - shop.oldest + 1;
          EXIT WHEN planned >= batch;
        END IF;
        reached := shop.id;
      END LOOP;
      is_done := planned < batch AND looked < batch;

      FOR i IN 1 .. cardinality(names) LOOP
        PERFORM FROM shops s WHERE s.id = names[i] AND s.oldest = firsts[i] FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
          DELETE FROM escalations e WHERE e.shop_id = names[i] AND e.seq BETWEEN firsts[i] AND lasts[i];
          DELETE FROM notifications n WHERE n.shop_id = names[i] AND n.seq BETWEEN firsts[i] AND lasts[i];
          UPDATE shops SET oldest = lasts[i] + 1 WHERE id = names[i];
          removed := removed + lasts[i] - firsts[i] + 1;
        ELSE
          reached := greatest(reached, names[i] COLLATE "C");
        END IF;
      END LOOP;
      RETURN NEXT;
    END
    $$;
    COMMENT ON FUNCTION remove_expired(timestamptz, int, text) IS
      'takes up to a batch of those stored before the cutoff from the fronts of the logs of the shops after this one, in the order of '
      'their names. How many, the shop after which to go on, and whether no shop is left. A shop whose row is locked is left out';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP FUNCTION remove_expired(timestamptz, int, text)');
}
