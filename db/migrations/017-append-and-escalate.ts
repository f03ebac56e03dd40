/**
 * Appending starts an escalation where a policy applies, keeps an event's summary and amount, and resolves at once what
 * upstream had dealt with before it came. The function that workers of the version before call is replaced in place by the
 * same body: they start escalations and resolve as well.
 *
 * Without a policy it costs one look for the default, in the whole batch, and one for early resolutions.
 */

import type { Knex } from 'knex';
import { APPEND_WITHOUT_POLICY } from './functions-before-016.ts';

/** The type of `order.paid`. */
const PAID = 1;

export async function up(knex: Knex): Promise<void> {
  for (const statements of [START_AND_RESOLVE, APPEND_BY_EVENT_ID, APPEND_OF_THE_VERSION_BEFORE])
    await knex.raw(statements);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(APPEND_WITHOUT_POLICY);
  await knex.raw(`
    DROP FUNCTION append_notifications(
      text[], int[], int[], int[], text[], smallint[], numeric[], text[], timestamptz[], text[], int[]
    );
    DROP FUNCTION resolve_appended, start_escalations;
  `);
}

const START_AND_RESOLVE = `
    CREATE FUNCTION start_escalations(
      names text[], heads bigint[], policies bigint[], is_deaf boolean[], shop_ordinals int[], places int[]
    ) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      INSERT INTO escalations (shop_id, seq, policy_id, started_at, due_at)
        SELECT names[e.shop_ordinal], heads[e.shop_ordinal] + e.place, p.id, t.now,
          CASE WHEN is_deaf[e.shop_ordinal] AND p.first_when = 'unheard' THEN t.now
            ELSE t.now + p.first_after_seconds * interval '1 second' END
        FROM (SELECT clock_timestamp() AS now OFFSET 0) t
        CROSS JOIN unnest(shop_ordinals, places) AS e (shop_ordinal, place)
        JOIN escalation_policies p ON p.id = policies[e.shop_ordinal]
      ON CONFLICT (shop_id, seq) DO UPDATE SET
        (policy_id, cycle, step, started_at, due_at) = (excluded.policy_id, 0, 1, excluded.started_at, excluded.due_at);
    END
    $$;
    COMMENT ON FUNCTION start_escalations IS 'of what was just logged, where its shop has a policy: null in policies is none';

    CREATE FUNCTION resolve_appended(
      names text[], heads bigint[], shop_ordinals int[], places int[], types smallint[], order_ids numeric[], times timestamptz[]
    ) RETURNS TABLE (shop_id text, n bigint, seq bigint, reason text, acked_at timestamptz)
    LANGUAGE plpgsql VOLATILE SET plan_cache_mode TO 'force_generic_plan' SET enable_seqscan TO 'off' AS $$
    #variable_conflict use_column
    DECLARE
      resolved_names text[];
      resolved_seqs bigint[];
      reasons text[];
      as_of timestamptz[];
    BEGIN
      SELECT array_agg(f.name), array_agg(f.seq), array_agg(f.reason), array_agg(f.as_of)
        INTO resolved_names, resolved_seqs, reasons, as_of
      FROM (
        SELECT names[e.shop_ordinal] AS name, heads[e.shop_ordinal] + e.place AS seq, x.reason, x.occurred_at AS as_of
        FROM unnest(shop_ordinals, places, types, order_ids, times) AS e (shop_ordinal, place, type, order_id, occurred_at)
        JOIN early_resolutions x ON x.shop_id = names[e.shop_ordinal] AND x.order_id = e.order_id
          AND x.stored_at > clock_timestamp() - interval '1 hour'
        WHERE e.type = ${PAID} OR e.occurred_at <= x.occurred_at
        UNION ALL
        SELECT names[e.shop_ordinal], heads[e.shop_ordinal] + e.place, r.reason, r.resolved_as_of
        FROM unnest(shop_ordinals, places, types, order_ids, times) AS e (shop_ordinal, place, type, order_id, occurred_at)
        CROSS JOIN LATERAL (
          SELECT r.reason, r.resolved_as_of
          FROM notifications n JOIN receipts r ON r.shop_id = n.shop_id AND r.seq = n.seq
          WHERE n.order_id = e.order_id AND n.shop_id = names[e.shop_ordinal] AND r.resolved_as_of >= e.occurred_at
          LIMIT 1
        ) r
        WHERE e.type <> ${PAID}
      ) f;
      IF resolved_names IS NOT NULL THEN
        RETURN QUERY SELECT * FROM resolve_places(resolved_names, resolved_seqs, reasons, as_of);
      END IF;
    END
    $$;
    COMMENT ON FUNCTION resolve_appended IS
      'of what was just logged, resolves what upstream had dealt with before it came';
  `;

/** Also for taking back what came after it. */
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

      IF ${PAID} <> ANY (types) OR EXISTS (SELECT FROM early_resolutions WHERE shop_id >= '') THEN
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

const APPEND_OF_THE_VERSION_BEFORE = `
    CREATE OR REPLACE FUNCTION append_notifications(
      shop_list text[], counts int[], shop_ordinals int[], places int[],
      event_ids text[], types smallint[], order_ids numeric[], contents text[], times timestamptz[]
    ) RETURNS TABLE (
      shop_id text, seq bigint, epoch text, event_id text, type smallint, order_id numeric, content text, occurred_at timestamptz
    )
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
        SELECT a.shop_id, a.seq, a.epoch, a.event_id, a.type, a.order_id, a.content, a.occurred_at
        FROM append_notifications(
          shop_list, counts, shop_ordinals, places, event_ids, types, order_ids, contents, times, NULL, NULL
        ) a WHERE a.n IS NULL;
    END
    $$;
  `;
