/**
 * Acknowledging many at once, and resolving: upstream has accepted or cancelled an order, so that its notifications need no
 * answer of a till. Both end the escalation of a notification and tell the exchange `bell`, in the transaction of the receipt.
 * The functions that processes of the version before call are replaced in place by the same body.
 *
 * All lock a shop's row first, several in the byte order of their ids; what they read after that is committed.
 */

import type { Knex } from 'knex';
import { ACKNOWLEDGE_BY_SID, ACKNOWLEDGE_BY_SUBJECT, REMOVE_EXPIRED } from './functions-before-016.ts';

/** The type of `order.paid`. */
const PAID = 1;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE receipts ADD COLUMN resolved_as_of timestamptz;
    COMMENT ON COLUMN receipts.resolved_as_of IS
      'when upstream dealt with the order: a reminder from before then is resolved as well, however late it comes';
    COMMENT ON TABLE early_resolutions IS
      'orders that were accepted or cancelled while their log had no order.paid to resolve; kept for an hour';
  `);
  for (const statements of [RECEIPTS, ACKNOWLEDGE, RESOLVE, REMOVE_WITH_ESCALATIONS])
    await knex.raw(statements);
}

export async function down(knex: Knex): Promise<void> {
  for (const statements of [ACKNOWLEDGE_BY_SID, ACKNOWLEDGE_BY_SUBJECT, REMOVE_EXPIRED])
    await knex.raw(statements);
  await knex.raw(`
    DROP FUNCTION resolve_notifications, acknowledge_notifications, resolve_places, end_escalations, next_open;
    ALTER TABLE receipts DROP COLUMN resolved_as_of;
    COMMENT ON TABLE early_resolutions IS
      'orders that were accepted or cancelled before their order.paid was logged; kept for an hour';
  `);
}

const RECEIPTS = `
    CREATE FUNCTION next_open(of_shop text, since bigint, most int) RETURNS bigint
    LANGUAGE plpgsql STABLE AS $$
    DECLARE
      found bigint;
    BEGIN
      SELECT n.seq INTO found
      FROM (
        SELECT seq, expired_at FROM notifications WHERE shop_id = of_shop AND seq >= since ORDER BY seq LIMIT most
      ) n
      LEFT JOIN LATERAL (SELECT r.n FROM receipts r WHERE r.shop_id = of_shop AND r.seq = n.seq OFFSET 0) r ON true
      WHERE n.expired_at IS NULL AND r.n IS NULL
      ORDER BY n.seq LIMIT 1;
      IF found IS NULL THEN
        SELECT max(n.seq) + 1 INTO found
        FROM (SELECT seq FROM notifications WHERE shop_id = of_shop AND seq >= since ORDER BY seq LIMIT most) n;
      END IF;
      RETURN coalesce(found, since);
    END
    $$;
    COMMENT ON FUNCTION next_open IS
      'the lowest seq from since on that is neither acknowledged, resolved nor expired, or the one after the last that was looked at: at most so many are';

    CREATE FUNCTION end_escalations(of_shop text, last_n bigint, seqs bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      DELETE FROM escalations WHERE shop_id = of_shop AND seq = ANY (seqs);

      UPDATE shops s SET receipts = last_n, open_from = CASE
        WHEN greatest(s.open_from, s.oldest) = ANY (seqs) THEN next_open(of_shop, greatest(s.open_from, s.oldest), 1000)
        ELSE s.open_from END
      WHERE s.id = of_shop;

      INSERT INTO bell_outbox (routing_key, event_id, body)
        SELECT b.routing_key, b.body ->> 'eventId', b.body::text
        FROM unnest(seqs) AS q (seq)
        CROSS JOIN LATERAL (SELECT * FROM receipts r WHERE r.shop_id = of_shop AND r.seq = q.seq OFFSET 0) r
        CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = of_shop AND n.seq = q.seq OFFSET 0) n
        CROSS JOIN LATERAL (
          SELECT
            CASE r.reason WHEN 'acknowledged' THEN 'notification.acknowledged' ELSE 'notification.resolved' END AS routing_key,
            jsonb_strip_nulls(jsonb_build_object(
              'eventId', gen_random_uuid(), 'shopId', of_shop,
              'occurredAt', to_char(r.acked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
              'seq', q.seq, 'type', n.type,
              'orderId', CASE WHEN n.order_id <= 9007199254740991 THEN to_jsonb(n.order_id) ELSE to_jsonb(n.order_id::text) END,
              'sid', r.sid, 'subject', r.subject, 'reason', nullif(r.reason, 'acknowledged')
            )) AS body
          OFFSET 0
        ) b;
    END
    $$;
    COMMENT ON FUNCTION end_escalations IS
      'what follows the receipts of these, of a shop whose row is locked: no step of theirs is decided any more, and the exchange bell learns of them';

    CREATE FUNCTION resolve_places(names text[], seqs bigint[], reasons text[], as_of timestamptz[])
    RETURNS TABLE (shop_id text, n bigint, seq bigint, reason text, acked_at timestamptz)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE
      shop text;
      before bigint;
      made bigint[];
    BEGIN
      FOR shop IN SELECT DISTINCT name COLLATE "C" FROM unnest(names) AS p (name) ORDER BY 1 LOOP
        SELECT receipts INTO before FROM shops WHERE id = shop;
        WITH fresh AS (
          INSERT INTO receipts AS r (shop_id, n, seq, reason, resolved_as_of)
          SELECT shop, before + row_number() OVER (ORDER BY p.seq), p.seq, p.reason, p.as_of
          FROM (
            SELECT DISTINCT ON (p.seq) p.seq, p.reason, p.as_of
            FROM unnest(names, seqs, reasons, as_of) WITH ORDINALITY AS p (name, seq, reason, as_of, nth)
            WHERE p.name = shop
            ORDER BY p.seq, p.nth
          ) p
          RETURNING seq
        )
        SELECT array_agg(seq ORDER BY seq) INTO made FROM fresh;
        PERFORM end_escalations(shop, before + cardinality(made), made);
        RETURN QUERY
          SELECT shop, r.n, r.seq, r.reason, r.acked_at FROM receipts r
          WHERE r.shop_id = shop AND r.seq = ANY (made) ORDER BY r.n;
      END LOOP;
    END
    $$;
    COMMENT ON FUNCTION resolve_places IS
      'a receipt without a session for each of these places, which have none, of shops whose rows are locked; of several reasons for one place the first counts';
  `;

const ACKNOWLEDGE = `
    CREATE FUNCTION acknowledge_notifications(
      of_shop text, seqs bigint[], by_sid text, by_subject text, of_epoch text
    ) RETURNS TABLE (outcome text, seq bigint, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE SET plan_cache_mode TO 'force_generic_plan' SET enable_seqscan TO 'off' AS $$
    #variable_conflict use_column
    DECLARE
      shop shops%ROWTYPE;
      present text;
      made bigint[];
    BEGIN
      SELECT * INTO shop FROM shops WHERE id = of_shop FOR NO KEY UPDATE;
      present := shop.epoch || '.' || log_identity();
      IF shop.id IS NOT NULL AND of_epoch <> present THEN
        RETURN QUERY SELECT 'wrong-epoch', q.seq, NULL::bigint, NULL::text, NULL::timestamptz, present
          FROM (SELECT DISTINCT unnest(seqs) AS seq) q ORDER BY q.seq;
        RETURN;
      END IF;
      IF shop.id IS NULL THEN
        RETURN QUERY SELECT 'unknown-seq', q.seq, NULL::bigint, NULL::text, NULL::timestamptz, NULL::text
          FROM (SELECT DISTINCT unnest(seqs) AS seq) q ORDER BY q.seq;
        RETURN;
      END IF;
      WITH fresh AS (
        INSERT INTO receipts (shop_id, n, seq, sid, subject)
        SELECT of_shop, shop.receipts + row_number() OVER (ORDER BY q.seq), q.seq, by_sid, by_subject
        FROM (SELECT DISTINCT unnest(seqs) AS seq) q
        LEFT JOIN LATERAL (SELECT r.n FROM receipts r WHERE r.shop_id = of_shop AND r.seq = q.seq OFFSET 0) r ON true
        WHERE q.seq BETWEEN shop.oldest AND shop.head AND r.n IS NULL
        RETURNING seq
      )
      SELECT array_agg(seq ORDER BY seq) INTO made FROM fresh;
      IF made IS NOT NULL THEN
        PERFORM end_escalations(of_shop, shop.receipts + cardinality(made), made);
      END IF;
      RETURN QUERY
        SELECT CASE WHEN r.n > shop.receipts THEN 'first' WHEN r.n IS NOT NULL THEN 'later' ELSE 'unknown-seq' END,
          q.seq, r.n, r.sid, r.acked_at, CASE WHEN r.n IS NOT NULL THEN present END
        FROM (SELECT DISTINCT unnest(seqs) AS seq) q
        LEFT JOIN LATERAL (SELECT * FROM receipts r WHERE r.shop_id = of_shop AND r.seq = q.seq OFFSET 0) r ON true
        ORDER BY q.seq;
    END
    $$;
    COMMENT ON FUNCTION acknowledge_notifications IS
      'of each notification the first acknowledgement wins, and gets the next n in the order of seq; a later one, or one of another '
      'log, changes nothing. Answers with a row for each seq, in order';

    CREATE OR REPLACE FUNCTION acknowledge_notification(
      of_shop text, of_seq bigint, by_sid text, by_subject text, of_epoch text
    ) RETURNS TABLE (outcome text, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
        SELECT a.outcome, a.n, a.sid, a.acked_at, a.epoch
        FROM acknowledge_notifications(of_shop, ARRAY[of_seq], by_sid, by_subject, of_epoch) a;
    END
    $$;

    CREATE OR REPLACE FUNCTION acknowledge_notification(
      of_shop text, of_seq bigint, by_sid text
    ) RETURNS TABLE (outcome text, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY
        SELECT a.outcome, a.n, a.sid, a.acked_at, a.epoch
        FROM acknowledge_notifications(of_shop, ARRAY[of_seq], by_sid, NULL, NULL) a;
    END
    $$;
  `;

const RESOLVE = `
    CREATE FUNCTION resolve_notifications(
      shop_ids text[], order_ids numeric[], reasons text[], event_ids text[], times timestamptz[]
    ) RETURNS TABLE (shop_id text, epoch text, n bigint, seq bigint, reason text, acked_at timestamptz)
    LANGUAGE plpgsql VOLATILE SET plan_cache_mode TO 'force_generic_plan' SET enable_seqscan TO 'off' AS $$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      shop text;
      names text[];
      seqs bigint[];
      why text[];
      as_of timestamptz[];
    BEGIN
      FOR shop IN SELECT DISTINCT id COLLATE "C" FROM unnest(shop_ids) AS s (id) ORDER BY 1 LOOP
        PERFORM FROM shops WHERE id = shop FOR NO KEY UPDATE;
        IF NOT FOUND THEN
          INSERT INTO shops AS s (id) VALUES (shop) ON CONFLICT (id) DO UPDATE SET head = s.head;
        END IF;
      END LOOP;

      SELECT array_agg(f.shop_id), array_agg(f.seq), array_agg(f.reason), array_agg(f.occurred_at)
        INTO names, seqs, why, as_of
      FROM (
        SELECT x.shop_id, n.seq, x.reason, x.occurred_at
        FROM unnest(shop_ids, order_ids, reasons, times) WITH ORDINALITY AS x (shop_id, order_id, reason, occurred_at, nth)
        CROSS JOIN LATERAL (
          SELECT n.seq FROM notifications n
          WHERE n.order_id = x.order_id AND n.shop_id = x.shop_id AND (n.type = ${PAID} OR n.occurred_at <= x.occurred_at)
            AND NOT EXISTS (SELECT FROM receipts r WHERE r.shop_id = n.shop_id AND r.seq = n.seq)
          OFFSET 0
        ) n
        ORDER BY x.nth
      ) f;
      IF names IS NOT NULL THEN
        RETURN QUERY
          SELECT r.shop_id, s.epoch || '.' || identity, r.n, r.seq, r.reason, r.acked_at
          FROM resolve_places(names, seqs, why, as_of) r JOIN shops s ON s.id = r.shop_id;
      END IF;

      INSERT INTO early_resolutions AS e (shop_id, order_id, reason, event_id, occurred_at)
        SELECT DISTINCT ON (x.shop_id COLLATE "C", x.order_id) x.shop_id, x.order_id,
          first_value(x.reason) OVER w, first_value(x.event_id) OVER w, max(x.occurred_at) OVER w
        FROM unnest(shop_ids, order_ids, reasons, event_ids, times) WITH ORDINALITY
          AS x (shop_id, order_id, reason, event_id, occurred_at, nth)
        WHERE NOT EXISTS (
          SELECT FROM notifications n JOIN receipts r ON r.shop_id = n.shop_id AND r.seq = n.seq
          WHERE n.order_id = x.order_id AND n.shop_id = x.shop_id AND n.type = ${PAID} AND r.resolved_as_of >= x.occurred_at
        )
        WINDOW w AS (
          PARTITION BY x.shop_id COLLATE "C", x.order_id ORDER BY x.nth ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
      ON CONFLICT (shop_id, order_id) DO UPDATE SET
        (occurred_at, stored_at) = (greatest(e.occurred_at, excluded.occurred_at), clock_timestamp());
    END
    $$;
    COMMENT ON FUNCTION resolve_notifications IS
      'orders that upstream has accepted or cancelled, with the reason and when: resolves what their shops'' logs have open of them, but for '
      'reminders from after then, and keeps for an hour what can meet a notification that comes late. Answers with the receipts';
  `;

const REMOVE_WITH_ESCALATIONS = `
    CREATE OR REPLACE FUNCTION remove_expired(cutoff timestamptz, batch integer) RETURNS bigint
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
      DELETE FROM escalations e WHERE e.shop_id = shop.id AND e.seq BETWEEN shop.oldest AND last;
      DELETE FROM notifications n WHERE n.shop_id = shop.id AND n.seq BETWEEN shop.oldest AND last;
      UPDATE shops SET oldest = last + 1 WHERE id = shop.id;
      RETURN last - shop.oldest + 1;
    END
    $$;
  `;
