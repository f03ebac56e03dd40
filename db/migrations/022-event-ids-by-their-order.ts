/**
 * An event is known by its shop, its order and its id, and looked for by its order first. An index of ids that come in no order is
 * touched all over: with many rows, each event wrote a page image into the WAL after a checkpoint. Order ids rise, so that this index
 * grows at its end, whatever the event ids are like. It takes the place of two.
 *
 * - An event that comes again names the same order: it is found for as long as its row is kept, and the constraint says so too. No append
 *   of the same shop can come between the look and the insert, since the shop's row is locked.
 * - An id that comes again with another order is another event. Tried to refuse it where it comes within ten minutes, by an index of
 *   window and hash: that took 8 µs an event.
 * - 3 million rows of 10,000 shops, Postgres's processor time of an event in batches of 2,000: 26 µs before and 25 now with ids in
 *   order, 40 and 23 with random ones. WAL of an event after a checkpoint: 1.7 kB with ids in order, with random ones 4.8 kB before and
 *   1.7 now.
 * - New appends wait at `shops` while the index is built, before they have touched the notifications; readers go on. Made before with
 *   CREATE UNIQUE INDEX CONCURRENTLY under the name of the constraint, it takes no time here.
 * - Processes of the version before find a duplicate as they did, since the function keeps its arguments. That of 0.1 goes.
 *
 * An event keeps when its message was published, where the publisher says so. The function that workers of the version before call
 * does the same without that.
 *
 * Taking it back fails where a shop has an id twice by then: remove one of them.
 */

import type { Knex } from 'knex';
import { APPEND_BY_EVENT_ID } from './017-append-and-escalate.ts';
import { APPEND_OF_GLOBAL_EVENT_IDS } from './functions-before-022.ts';

const CONSTRAINT = 'notifications_order_id_shop_id_event_id_key';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    LOCK TABLE shops IN EXCLUSIVE MODE;
    CREATE UNIQUE INDEX IF NOT EXISTS ${CONSTRAINT} ON notifications (order_id, shop_id, event_id);
    ALTER TABLE notifications
      ADD CONSTRAINT ${CONSTRAINT} UNIQUE USING INDEX ${CONSTRAINT},
      DROP CONSTRAINT notifications_event_id_shop_id_key;
    DROP INDEX notifications_order_id;
    DROP FUNCTION append_notifications(
      text[], int[], int[], int[], text[], text[], smallint[], numeric[], text[], timestamptz[]
    );
    ALTER TABLE notifications ADD COLUMN published_at timestamptz;
    COMMENT ON COLUMN notifications.published_at IS
      'when its message was sent to the broker, by the publisher''s clock; null where the publisher did not say so';
  `);
  await knex.raw(APPEND);
  await knex.raw(APPEND_OF_THE_VERSION_BEFORE);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    LOCK TABLE shops IN EXCLUSIVE MODE;
    CREATE UNIQUE INDEX notifications_event_id_shop_id_key ON notifications (event_id, shop_id);
    ALTER TABLE notifications
      ADD CONSTRAINT notifications_event_id_shop_id_key UNIQUE USING INDEX notifications_event_id_shop_id_key,
      DROP CONSTRAINT ${CONSTRAINT};
    CREATE INDEX notifications_order_id ON notifications (order_id);
    DROP FUNCTION append_notifications(
      text[], int[], int[], int[], text[], smallint[], numeric[], text[], timestamptz[], text[], int[], double precision[]
    );
    ALTER TABLE notifications DROP COLUMN published_at;
  `);
  await knex.raw(APPEND_BY_EVENT_ID);
  await knex.raw(APPEND_OF_GLOBAL_EVENT_IDS);
}

/** From so many on, statements for all of them cost less than one for each: 206 µs against 237 with ten, 6 ms against 13 with 1,000. */
const MANY_SHOPS = 10;

const APPEND = `
    CREATE FUNCTION append_notifications(
      shop_list text[], counts int[], shop_ordinals int[], places int[],
      event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamptz[],
      summaries text[], amounts int[], published double precision[]
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
      are_known boolean := false;
      deaf boolean;
      i int := 0;
    BEGIN
      -- By index: with a sequential scan, which is off, the plan costs so much that it is compiled each time, for 4 ms.
      SELECT policy_id INTO default_policy FROM escalation_default WHERE is_only;
      -- Of many shops that are all known: locked in the order of the list, as below, by half of the work.
      IF cardinality(shop_list) >= ${MANY_SHOPS} THEN
        are_known := NOT EXISTS (
          SELECT FROM unnest(shop_list) AS l (id) WHERE NOT EXISTS (SELECT FROM shops s WHERE s.id = l.id OFFSET 0)
        );
      END IF;
      IF are_known THEN
        PERFORM FROM unnest(shop_list) AS l (id)
        CROSS JOIN LATERAL (SELECT FROM shops s WHERE s.id = l.id FOR NO KEY UPDATE) s;
        WITH moved AS (
          UPDATE shops s SET head = s.head + l.events
          FROM unnest(shop_list, counts) WITH ORDINALITY AS l (id, events, ordinal) WHERE s.id = l.id
          RETURNING l.ordinal, s.head - l.events AS head, s.epoch, coalesce(s.policy_id, default_policy) AS policy,
            s.deaf_since IS NOT NULL AS deaf
        )
        SELECT array_agg(head ORDER BY ordinal), array_agg(epoch ORDER BY ordinal), array_agg(policy ORDER BY ordinal),
          array_agg(deaf ORDER BY ordinal), bool_or(policy IS NOT NULL)
          INTO heads, epochs, policies, is_deaf, has_policy FROM moved;
        names := shop_list;
      ELSE
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
      END IF;

      RETURN QUERY
        SELECT n.shop_id, n.seq, epochs[e.shop_ordinal] || '.' || identity, n.event_id, n.type, n.order_id, n.content,
          n.occurred_at, n.summary, n.amount, NULL::bigint, NULL::text, NULL::timestamptz
        FROM unnest(shop_ordinals, order_ids, event_ids) AS e (shop_ordinal, order_id, event_id)
        CROSS JOIN LATERAL (
          SELECT * FROM notifications
          WHERE order_id = e.order_id AND shop_id = names[e.shop_ordinal] AND event_id = e.event_id OFFSET 0
        ) n;
      IF FOUND THEN
        i := 0;
        FOREACH shop IN ARRAY shop_list LOOP
          i := i + 1;
          UPDATE shops SET head = heads[i] WHERE id = shop;
        END LOOP;
        RETURN;
      END IF;

      INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, summary, amount, published_at)
        SELECT names[n.shop_ordinal], heads[n.shop_ordinal] + n.place, n.event_id, n.type, n.order_id, n.content,
          n.occurred_at, n.summary, n.amount, to_timestamp(n.published / 1000)
        FROM unnest(shop_ordinals, places, event_ids, types, order_ids, contents, times, summaries, amounts, published)
          AS n (shop_ordinal, place, event_id, type, order_id, content, occurred_at, summary, amount, published);

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
      text[], int[], int[], int[], text[], smallint[], numeric[], text[], timestamptz[], text[], int[], double precision[]
    ) IS
      'logs a batch whose event ids differ within each shop. shop_list: the shops, each once, in the byte order of their '
      'ids; counts: how many events each has; then for each event the ordinal of its shop in that list and its place among '
      'that shop''s, both from 1. summaries, amounts, published (milliseconds since 1970): null where no event has one. Answers with a row for each shop: seq is '
      'its head before, the event''s columns are null; then with a row for each of the new notifications that upstream had '
      'dealt with before: only its receipt''s columns, n and what follows, are there. If some of the events are in their '
      'shop''s log already, answers with their rows instead, and logs nothing';
  
  `;

const APPEND_OF_THE_VERSION_BEFORE = `
    CREATE OR REPLACE FUNCTION append_notifications(
      shop_list text[], counts int[], shop_ordinals int[], places int[],
      event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamptz[],
      summaries text[], amounts int[]
    ) RETURNS TABLE (
      shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text,
      occurred_at timestamptz, summary text, amount int, n bigint, reason text, acked_at timestamptz
    )
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      RETURN QUERY SELECT * FROM append_notifications(
        shop_list, counts, shop_ordinals, places, event_ids, types, order_ids, contents, times, summaries, amounts, NULL
      );
    END
    $$;
  `;
