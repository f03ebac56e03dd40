/**
 * The truth: each shop's log of notifications, and the receipts of those who acknowledged them.
 *
 * `append_notifications` numbers a batch in one round trip. It is plpgsql and VOLATILE on purpose: each of its
 * statements takes a fresh snapshot at READ COMMITTED, so what a competing worker committed while we waited for the
 * shops' locks is seen. As one single statement the snapshot predates the locks, and numbering with
 * `ON CONFLICT DO NOTHING` leaves holes in `seq` (1, 3 was seen).
 * A notification has no foreign key to its shop: the function that alone inserts it has just locked the shop's row.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE shops (
      id        text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{1,64}$'),
      epoch     uuid NOT NULL DEFAULT gen_random_uuid(),
      head      bigint NOT NULL DEFAULT 0,
      oldest    bigint NOT NULL DEFAULT 1,
      receipts  bigint NOT NULL DEFAULT 0,
      CHECK (oldest BETWEEN 1 AND head + 1)
    );
    COMMENT ON COLUMN shops.epoch IS 'which log this is: another value means another log';
    COMMENT ON COLUMN shops.head IS 'the highest seq given out; seq is contiguous from oldest to head';
    COMMENT ON COLUMN shops.receipts IS 'the highest n given out';

    CREATE TABLE notifications (
      shop_id      text COLLATE "C" NOT NULL,
      seq          bigint NOT NULL CHECK (seq > 0),
      event_id     text COLLATE "C" NOT NULL UNIQUE CHECK (event_id ~ '^[!-~]{1,128}$'),
      type         smallint NOT NULL CHECK (type IN (1, 2)),
      order_id     numeric(20) NOT NULL CHECK (order_id > 0),
      content      text NOT NULL,
      occurred_at  timestamptz NOT NULL,
      stored_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (shop_id, seq)
    );

    CREATE TABLE receipts (
      shop_id   text COLLATE "C" NOT NULL,
      n         bigint NOT NULL CHECK (n > 0),
      seq       bigint NOT NULL,
      sid       text NOT NULL,
      acked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (shop_id, n),
      UNIQUE (shop_id, seq),
      FOREIGN KEY (shop_id, seq) REFERENCES notifications ON DELETE CASCADE
    );

    CREATE FUNCTION log_identity() RETURNS text
    LANGUAGE sql STABLE AS $$
      SELECT left(md5(s.system_identifier || '/' || c.timeline_id), 8)
      FROM pg_control_system() s, pg_control_checkpoint() c
    $$;
    COMMENT ON FUNCTION log_identity IS
      'joined to a shop''s epoch: a database that was loaded elsewhere or failed over is another log';

    CREATE FUNCTION append_notifications(
      shop_ids text[], event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamptz[]
    ) RETURNS TABLE (
      position int, outcome text, shop_id text, seq bigint, event_id text, type smallint, order_id numeric,
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
          WITH ORDINALITY AS i (shop_id, event_id, type, order_id, content, occurred_at, position)
      ), known AS (
        SELECT n.* FROM notifications n WHERE n.event_id = ANY (event_ids)
      ), fresh AS (
        SELECT DISTINCT ON (i.event_id) i.* FROM incoming i
        WHERE NOT EXISTS (SELECT FROM known k WHERE k.event_id = i.event_id)
        ORDER BY i.event_id, i.position
      ), inserted AS (
        INSERT INTO notifications AS n (shop_id, seq, event_id, type, order_id, content, occurred_at)
        SELECT f.shop_id, s.head + row_number() OVER (PARTITION BY f.shop_id ORDER BY f.position),
          f.event_id, f.type, f.order_id, f.content, f.occurred_at
        FROM fresh f JOIN shops s ON s.id = f.shop_id
        RETURNING n.*
      ), moved AS (
        UPDATE shops s SET head = s.head + added.count
        FROM (SELECT f.shop_id, count(*) FROM fresh f GROUP BY 1) added WHERE s.id = added.shop_id
      ), logged AS (
        SELECT * FROM inserted UNION ALL SELECT * FROM known
      )
      SELECT i.position::int,
        CASE
          WHEN (l.shop_id, l.type, l.order_id) IS DISTINCT FROM (i.shop_id, i.type, i.order_id) THEN 'conflict'
          WHEN f.position = i.position THEN 'appended'
          ELSE 'duplicate'
        END,
        l.shop_id, l.seq, l.event_id, l.type, l.order_id, l.content, l.occurred_at,
        s.epoch || '.' || identity
      FROM incoming i
      JOIN logged l ON l.event_id = i.event_id
      JOIN shops s ON s.id = i.shop_id
      LEFT JOIN fresh f ON f.event_id = i.event_id
      ORDER BY i.position;
    END
    $$;
    COMMENT ON FUNCTION append_notifications IS
      'logs a batch and says of each event, by its position from 1, whether it was appended, was there already '
      '(duplicate), or names an event that was something else (conflict), with the row that the log holds';

    CREATE FUNCTION acknowledge_notification(of_shop text, of_seq bigint, by_sid text)
    RETURNS TABLE (outcome text, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      shop shops%ROWTYPE;
    BEGIN
      SELECT * INTO shop FROM shops WHERE id = of_shop FOR NO KEY UPDATE;
      IF shop.id IS NULL OR of_seq < shop.oldest OR of_seq > shop.head THEN
        RETURN QUERY SELECT 'unknown-seq', NULL::bigint, NULL::text, NULL::timestamptz, NULL::text;
        RETURN;
      END IF;
      RETURN QUERY
        INSERT INTO receipts AS r (shop_id, n, seq, sid) VALUES (of_shop, shop.receipts + 1, of_seq, by_sid)
        ON CONFLICT DO NOTHING
        RETURNING 'first', r.n, r.sid, r.acked_at, shop.epoch || '.' || identity;
      IF FOUND THEN
        UPDATE shops SET receipts = shop.receipts + 1 WHERE id = of_shop;
      ELSE
        RETURN QUERY SELECT 'later', r.n, r.sid, r.acked_at, shop.epoch || '.' || identity
          FROM receipts r WHERE r.shop_id = of_shop AND r.seq = of_seq;
      END IF;
    END
    $$;
    COMMENT ON FUNCTION acknowledge_notification IS
      'the first acknowledgement of a notification wins and gets the next n; a later one changes nothing';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP FUNCTION acknowledge_notification, append_notifications, log_identity;
    DROP TABLE receipts, notifications, shops;
  `);
}
