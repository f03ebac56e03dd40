/** What functions were before event ids were looked for by their orders: for taking that back. */

/** Looks for event ids by themselves. */
export const APPEND_BY_EVENT_ID = `
    CREATE OR REPLACE FUNCTION append_notifications(
      shop_list text[], counts int[], shop_ordinals int[], places int[],
      event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamptz[],
      summaries text[], amounts int[]
    ) RETURNS TABLE (
      shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text,
      occurred_at timestamptz, summary text, amount int, n bigint, reason text, acked_at timestamptz
    )
    LANGUAGE plpgsql VOLATILE SET plan_cache_mode TO 'force_generic_plan' SET enable_seqscan TO 'off' AS $$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      names text[];
      heads bigint[];
      epochs uuid[];
      policies bigint[];
      is_deaf boolean[];
      shop text;
      new_head bigint;
      shop_epoch uuid;
      policy bigint;
      default_policy bigint;
      has_policy boolean := false;
      deaf boolean;
      i int := 0;
    BEGIN
      -- By index: with a sequential scan, which is off, the plan costs so much that it is compiled each time, for 4 ms.
      SELECT policy_id INTO default_policy FROM escalation_default WHERE is_only;
      FOREACH shop IN ARRAY shop_list LOOP
        i := i + 1;
        UPDATE shops SET head = head + counts[i] WHERE id = shop
        RETURNING head, epoch, coalesce(policy_id, default_policy), deaf_since IS NOT NULL
          INTO new_head, shop_epoch, policy, deaf;
        IF NOT FOUND THEN
          INSERT INTO shops AS s (id, head) VALUES (shop, counts[i])
          ON CONFLICT (id) DO UPDATE SET head = s.head + excluded.head
          RETURNING s.head, s.epoch, coalesce(s.policy_id, default_policy), s.deaf_since IS NOT NULL
            INTO new_head, shop_epoch, policy, deaf;
        END IF;
        names[i] := shop;
        heads[i] := new_head - counts[i];
        epochs[i] := shop_epoch;
        policies[i] := policy;
        is_deaf[i] := deaf;
        has_policy := has_policy OR policy IS NOT NULL;
      END LOOP;

      IF EXISTS (SELECT FROM notifications WHERE event_id = ANY (event_ids)) THEN
        RETURN QUERY
          SELECT n.shop_id, n.seq, epochs[e.shop_ordinal] || '.' || identity, n.event_id, n.type, n.order_id, n.content,
            n.occurred_at, n.summary, n.amount, NULL::bigint, NULL::text, NULL::timestamptz
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

      INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, summary, amount)
        SELECT names[n.shop_ordinal], heads[n.shop_ordinal] + n.place, n.event_id, n.type, n.order_id, n.content,
          n.occurred_at, n.summary, n.amount
        FROM unnest(shop_ordinals, places, event_ids, types, order_ids, contents, times, summaries, amounts)
          AS n (shop_ordinal, place, event_id, type, order_id, content, occurred_at, summary, amount);

      IF has_policy THEN
        PERFORM start_escalations(names, heads, policies, is_deaf, shop_ordinals, places);
      END IF;

      i := 0;
      FOREACH shop IN ARRAY shop_list LOOP
        i := i + 1;
        shop_id := shop;
        seq := heads[i];
        epoch := epochs[i] || '.' || identity;
        RETURN NEXT;
      END LOOP;

      IF 1 <> ANY (types) OR EXISTS (SELECT FROM early_resolutions WHERE shop_id >= '') THEN
        RETURN QUERY
          SELECT r.shop_id, r.seq, s.epoch || '.' || identity, NULL::text, NULL::smallint, NULL::numeric, NULL::text,
            NULL::timestamptz, NULL::text, NULL::int, r.n, r.reason, r.acked_at
          FROM resolve_appended(names, heads, shop_ordinals, places, types, order_ids, times) r
          JOIN shops s ON s.id = r.shop_id;
      END IF;
    END
    $$;
    COMMENT ON FUNCTION append_notifications(
      text[], int[], int[], int[], text[], smallint[], numeric[], text[], timestamptz[], text[], int[]
    ) IS
      'logs a batch whose event ids differ within each shop. shop_list: the shops, each once, in the byte order of their '
      'ids; counts: how many events each has; then for each event the ordinal of its shop in that list and its place among '
      'that shop''s, both from 1. summaries, amounts: null where no event has one. Answers with a row for each shop: seq is '
      'its head before, the event''s columns are null; then with a row for each of the new notifications that upstream had '
      'dealt with before: only its receipt''s columns, n and what follows, are there. If some of the events are in their '
      'shop''s log already, answers with their rows instead, and logs nothing';
  
  `;

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
