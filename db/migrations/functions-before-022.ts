/** What functions were before event ids were looked for by their orders: for taking that back. */

/** Of the version before 0.2.0, for which an id is one of all shops. */
export const APPEND_OF_GLOBAL_EVENT_IDS = `
CREATE OR REPLACE FUNCTION append_notifications(shop_list text[], counts integer[], shop_ordinals integer[], places integer[], shop_ids text[], event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamp with time zone[])
 RETURNS TABLE(shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text, occurred_at timestamp with time zone)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $$
    #variable_conflict use_column
    DECLARE
      identity text := current_setting('orderbell.log_identity', true);
      heads bigint[];
      epochs uuid[];
      shop text;
      new_head bigint;
      shop_epoch uuid;
      i int := 0;
    BEGIN
      IF identity IS NULL OR identity = '' THEN
        identity := log_identity();
        PERFORM set_config('orderbell.log_identity', identity, false);
      END IF;
      FOREACH shop IN ARRAY shop_list LOOP
        i := i + 1;
        UPDATE shops SET head = head + counts[i] WHERE id = shop RETURNING head, epoch INTO new_head, shop_epoch;
        IF NOT FOUND THEN
          INSERT INTO shops AS s (id, head) VALUES (shop, counts[i])
          ON CONFLICT (id) DO UPDATE SET head = s.head + excluded.head
          RETURNING s.head, s.epoch INTO new_head, shop_epoch;
        END IF;
        heads[i] := new_head - counts[i];
        epochs[i] := shop_epoch;
      END LOOP;

      INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
        SELECT n.shop_id, heads[n.shop_ordinal] + n.place, n.event_id, n.type, n.order_id, n.content, n.occurred_at
        FROM unnest(shop_ordinals, places, shop_ids, event_ids, types, order_ids, contents, times)
          AS n (shop_ordinal, place, shop_id, event_id, type, order_id, content, occurred_at)
        WHERE NOT EXISTS (SELECT FROM notifications WHERE event_id = ANY (event_ids));
      IF NOT FOUND THEN
        i := 0;
        FOREACH shop IN ARRAY shop_list LOOP
          i := i + 1;
          UPDATE shops SET head = heads[i] WHERE id = shop;
        END LOOP;
        RETURN QUERY
          SELECT n.shop_id, n.seq, s.epoch || '.' || identity, n.event_id, n.type, n.order_id, n.content, n.occurred_at
          FROM notifications n JOIN shops s ON s.id = n.shop_id WHERE n.event_id = ANY (event_ids);
        RETURN;
      END IF;

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
COMMENT ON FUNCTION append_notifications(
      text[], int[], int[], int[], text[], text[], smallint[], numeric[], text[], timestamptz[]
    ) IS 'logs a batch whose event ids differ. shop_list: the shops, each once, in the byte order of their ids; counts: how many events each has; then for each event the ordinal of its shop in that list and its place among that shop''s, both from 1. Answers with a row for each shop: seq is its head before, the event''s columns are null. If some of the events are in the log already, answers with their rows instead, and logs nothing';;
  `;
