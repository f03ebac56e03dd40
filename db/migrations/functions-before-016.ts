/** What functions were before they were replaced in place: for taking that back. */

export const APPEND_WITHOUT_POLICY = `
    CREATE OR REPLACE FUNCTION append_notifications(
      shop_list text[], counts int[],
      shop_ordinals int[], places int[], event_ids text[], types smallint[], order_ids numeric[], contents text[],
      times timestamptz[]
    ) RETURNS TABLE (
      shop_id text, seq bigint, epoch text,
      event_id text, type smallint, order_id numeric, content text, occurred_at timestamptz
    )
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    AS $$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      names text[];
      heads bigint[];
      epochs uuid[];
      shop text;
      new_head bigint;
      shop_epoch uuid;
      i int := 0;
    BEGIN
      FOREACH shop IN ARRAY shop_list LOOP
        i := i + 1;
        UPDATE shops SET head = head + counts[i] WHERE id = shop RETURNING head, epoch INTO new_head, shop_epoch;
        IF NOT FOUND THEN
          INSERT INTO shops AS s (id, head) VALUES (shop, counts[i])
          ON CONFLICT (id) DO UPDATE SET head = s.head + excluded.head
          RETURNING s.head, s.epoch INTO new_head, shop_epoch;
        END IF;
        names[i] := shop;
        heads[i] := new_head - counts[i];
        epochs[i] := shop_epoch;
      END LOOP;

      IF EXISTS (SELECT FROM notifications WHERE event_id = ANY (event_ids)) THEN
        RETURN QUERY
          SELECT n.shop_id, n.seq, epochs[e.shop_ordinal] || '.' || identity,
            n.event_id, n.type, n.order_id, n.content, n.occurred_at
          FROM unnest(shop_ordinals, event_ids) AS e (shop_ordinal, event_id)
          CROSS JOIN LATERAL (
            SELECT * FROM notifications WHERE event_id = e.event_id AND shop_id = names[e.shop_ordinal] OFFSET 0
          ) n;
        IF FOUND THEN
          i := 0;
          FOREACH shop IN ARRAY shop_list LOOP
            i := i + 1;
            UPDATE shops SET head = heads[i] WHERE id = shop;
          END LOOP;
          RETURN;
        END IF;
      END IF;

      INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
        SELECT names[n.shop_ordinal], heads[n.shop_ordinal] + n.place, n.event_id, n.type, n.order_id, n.content, n.occurred_at
        FROM unnest(shop_ordinals, places, event_ids, types, order_ids, contents, times)
          AS n (shop_ordinal, place, event_id, type, order_id, content, occurred_at);

      i := 0;
      FOREACH shop IN ARRAY shop_list LOOP
        i := i + 1;
        shop_id := shop;
        seq := heads[i];
        epoch := epochs[i] || '.' || identity;
        RETURN NEXT;
      END LOOP;
    END
    $$;
  `;

export const ACKNOWLEDGE_BY_SID = `
    CREATE OR REPLACE FUNCTION acknowledge_notification(of_shop text, of_seq bigint, by_sid text)
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
  `;

export const ACKNOWLEDGE_BY_SUBJECT = `
    CREATE OR REPLACE FUNCTION acknowledge_notification(
      of_shop text, of_seq bigint, by_sid text, by_subject text, of_epoch text
    ) RETURNS TABLE (outcome text, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE
      shop shops%ROWTYPE;
      present text;
    BEGIN
      SELECT * INTO shop FROM shops WHERE id = of_shop FOR NO KEY UPDATE;
      present := shop.epoch || '.' || log_identity();
      IF shop.id IS NOT NULL AND of_epoch <> present THEN
        RETURN QUERY SELECT 'wrong-epoch', NULL::bigint, NULL::text, NULL::timestamptz, present;
        RETURN;
      END IF;
      IF shop.id IS NULL OR of_seq < shop.oldest OR of_seq > shop.head THEN
        RETURN QUERY SELECT 'unknown-seq', NULL::bigint, NULL::text, NULL::timestamptz, NULL::text;
        RETURN;
      END IF;
      RETURN QUERY
        INSERT INTO receipts AS r (shop_id, n, seq, sid, subject)
        VALUES (of_shop, shop.receipts + 1, of_seq, by_sid, by_subject)
        ON CONFLICT DO NOTHING
        RETURNING 'first', r.n, r.sid, r.acked_at, present;
      IF FOUND THEN
        UPDATE shops SET receipts = shop.receipts + 1 WHERE id = of_shop;
      ELSE
        RETURN QUERY SELECT 'later', r.n, r.sid, r.acked_at, present
          FROM receipts r WHERE r.shop_id = of_shop AND r.seq = of_seq;
      END IF;
    END
    $$;
  `;

export const REMOVE_EXPIRED = `
    CREATE OR REPLACE FUNCTION remove_expired(cutoff timestamptz, batch int) RETURNS bigint
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
  `;
