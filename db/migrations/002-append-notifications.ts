/**
 * Appending a batch of notifications to the shops' logs in one round trip.
 *
 * It is plpgsql and VOLATILE on purpose: each of its statements takes a fresh snapshot at READ COMMITTED, so what a
 * competing worker committed while we waited for the shops' locks is seen. As one single statement the snapshot
 * predates the locks, and numbering with `ON CONFLICT DO NOTHING` leaves holes in `seq` (1, 3 was seen).
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION append_notifications(
      shop_ids text[], event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamptz[]
    ) RETURNS TABLE (
      ordinal int, outcome text, shop_id text, seq bigint, event_id text, type smallint, order_id numeric,
      content text, occurred_at timestamptz, epoch text
    )
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
    BEGIN
      INSERT INTO shops (id) SELECT DISTINCT s FROM unnest(shop_ids) s ORDER BY s ON CONFLICT DO NOTHING;
      PERFORM FROM shops WHERE id = ANY (shop_ids) ORDER BY id FOR NO KEY UPDATE;

      RETURN QUERY
      WITH incoming AS (
        SELECT * FROM unnest(shop_ids, event_ids, types, order_ids, contents, times)
          WITH ORDINALITY AS i (shop_id, event_id, type, order_id, content, occurred_at, ordinal)
      ), known AS (
        SELECT n.* FROM notifications n WHERE n.event_id = ANY (event_ids)
      ), fresh AS (
        SELECT DISTINCT ON (i.event_id) i.* FROM incoming i
        WHERE NOT EXISTS (SELECT FROM known k WHERE k.event_id = i.event_id)
        ORDER BY i.event_id, i.ordinal
      ), inserted AS (
        INSERT INTO notifications AS n (shop_id, seq, event_id, type, order_id, content, occurred_at)
        SELECT f.shop_id, s.head + row_number() OVER (PARTITION BY f.shop_id ORDER BY f.ordinal),
          f.event_id, f.type, f.order_id, f.content, f.occurred_at
        FROM fresh f JOIN shops s ON s.id = f.shop_id
        RETURNING n.*
      ), moved AS (
        UPDATE shops s SET head = s.head + added.count
        FROM (SELECT f.shop_id, count(*) FROM fresh f GROUP BY 1) added WHERE s.id = added.shop_id
      ), logged AS (
        SELECT * FROM inserted UNION ALL SELECT * FROM known
      )
      SELECT i.ordinal::int,
        CASE
          WHEN (l.shop_id, l.type, l.order_id) IS DISTINCT FROM (i.shop_id, i.type, i.order_id) THEN 'conflict'
          WHEN f.ordinal = i.ordinal THEN 'appended'
          ELSE 'duplicate'
        END,
        l.shop_id, l.seq, l.event_id, l.type, l.order_id, l.content, l.occurred_at,
        s.epoch || '.' || identity
      FROM incoming i
      JOIN logged l ON l.event_id = i.event_id
      JOIN shops s ON s.id = i.shop_id
      LEFT JOIN fresh f ON f.event_id = i.event_id
      ORDER BY i.ordinal;
    END
    $$;
    COMMENT ON FUNCTION append_notifications IS
      'logs a batch and says of each event, by its ordinal in the batch, whether it was appended, was there already '
      '(duplicate), or names an event that was something else (conflict), with the row that the log holds';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP FUNCTION append_notifications');
}
