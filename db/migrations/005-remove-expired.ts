/**
 * Retention: a shop's log is shortened from the front only, and `oldest` moves in the same transaction, so that a
 * reader sees either both or neither.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION remove_expired(cutoff timestamptz, batch int) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
      shop shops%ROWTYPE;
      last bigint;
    BEGIN
      SELECT s.* INTO shop FROM shops s JOIN notifications n ON n.shop_id = s.id AND n.seq = s.oldest
      WHERE n.stored_at < cutoff LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED;
      IF NOT FOUND THEN
        RETURN 0;
      END IF;
      SELECT coalesce(min(f.seq) FILTER (WHERE f.stored_at >= cutoff) - 1, max(f.seq)) INTO last
      FROM (SELECT n.seq, n.stored_at FROM notifications n
            WHERE n.shop_id = shop.id AND n.seq >= shop.oldest ORDER BY n.seq LIMIT batch) f;
      DELETE FROM notifications n WHERE n.shop_id = shop.id AND n.seq BETWEEN shop.oldest AND last;
      UPDATE shops SET oldest = last + 1 WHERE id = shop.id;
      RETURN last - shop.oldest + 1;
    END
    $$;
    COMMENT ON FUNCTION remove_expired IS
      'takes up to a batch of those stored before the cutoff from the front of one shop''s log; 0 when there are none';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP FUNCTION remove_expired');
}
