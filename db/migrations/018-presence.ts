/**
 * Who hears in a shop, kept in a few rows: gateways write the first session of a shop that can sound and its last one gone,
 * under a lease; a shop that loses its last row is to be looked at. Each function takes the rows of `silent_shops` in the
 * order of their shops, so that two of them do not wait for each other.
 *
 * The tables empty and fill at once: what the planner knows of their size is often wrong, and one scan of a table for each of a
 * thousand shops took seconds, compiling half a second. So all goes by index, and nothing is compiled.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  for (const statements of [TABLES, SILENCE, LEASES, POLICIES]) await knex.raw(statements);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER look_at_silent_shop ON shops;
    DROP TRIGGER look_at_silent_shops ON escalation_default;
    DROP FUNCTION look_at_silent_shop, look_at_silent_shops, note_silent_shops, remove_lapsed_gateway, end_gateway,
      remove_hearing, write_hearing, fall_silent;
    DROP INDEX shops_deaf;
    DROP TABLE deaf_watch;
  `);
}

const TABLES = `
    CREATE TABLE deaf_watch (
      is_only     boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      looked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
      resumed_at  timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    INSERT INTO deaf_watch DEFAULT VALUES;
    COMMENT ON TABLE deaf_watch IS 'one row: when an escalator last looked for deaf shops, and when that began anew after all had been away';

    CREATE INDEX shops_deaf ON shops (id) WHERE deaf_since IS NOT NULL;`;

/** What is over sooner was no hearing: a page that reconnects reports a little later that it is muted. */
const SETTLED = `interval '3 seconds'`;
/** Most shops are back by then, and no policy reports one as deaf before. */
const FIRST_LOOK = `interval '5 seconds'`;

const SILENCE = `
    CREATE FUNCTION fall_silent(shops text[], heard_since timestamptz[]) RETURNS void
    LANGUAGE sql VOLATILE SET enable_seqscan TO 'off' SET jit TO 'off' AS $$
      INSERT INTO silent_shops (shop_id, since, due_at, has_heard)
        SELECT e.shop, CASE WHEN e.since > t.now - ${SETTLED} THEN coalesce(s.since, t.now) ELSE t.now END,
          t.now + ${FIRST_LOOK}, true
        FROM unnest(shops, heard_since) AS e (shop, since)
        CROSS JOIN (SELECT clock_timestamp() AS now OFFSET 0) t
        LEFT JOIN silent_shops s ON s.shop_id = e.shop
        ORDER BY e.shop COLLATE "C"
      ON CONFLICT (shop_id) DO UPDATE SET (since, due_at, has_heard) = (excluded.since, excluded.due_at, true)
    $$;
    COMMENT ON FUNCTION fall_silent IS 'these shops have lost a row of hearing: whether another one is left is looked at when they are due';

    CREATE FUNCTION note_silent_shops(after text, batch int) RETURNS text
    LANGUAGE plpgsql VOLATILE SET enable_seqscan TO 'off' SET jit TO 'off' AS $$
    DECLARE
      looked text[];
    BEGIN
      WITH RECURSIVE open (shop_id, place) AS (
        (SELECT e.shop_id, 1 FROM escalations e WHERE e.shop_id > after ORDER BY e.shop_id LIMIT 1)
        UNION ALL
        SELECT f.shop_id, open.place + 1
        FROM open CROSS JOIN LATERAL (
          SELECT e.shop_id FROM escalations e WHERE e.shop_id > open.shop_id ORDER BY e.shop_id LIMIT 1
        ) f
        WHERE open.place < batch
      )
      SELECT array_agg(open.shop_id ORDER BY open.shop_id) INTO looked FROM open;
      INSERT INTO silent_shops (shop_id, since, due_at, has_heard)
        SELECT o.shop_id, (SELECT min(e.started_at) FROM escalations e WHERE e.shop_id = o.shop_id), clock_timestamp(), false
        FROM unnest(looked) AS o (shop_id)
        WHERE NOT EXISTS (SELECT FROM hearing h WHERE h.shop_id = o.shop_id)
          AND NOT EXISTS (SELECT FROM silent_shops s WHERE s.shop_id = o.shop_id)
          AND EXISTS (SELECT FROM escalations e WHERE e.shop_id = o.shop_id)
        ORDER BY o.shop_id COLLATE "C"
      ON CONFLICT (shop_id) DO NOTHING;
      RETURN looked[batch];
    END
    $$;
    COMMENT ON FUNCTION note_silent_shops IS
      'of a batch of shops with an open notification, those of which no gateway has or had a session that can sound; the last of a full batch';`;

const LEASES = `
    CREATE FUNCTION write_hearing(gateway uuid, heard text[], silent text[]) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SET enable_seqscan TO 'off' SET jit TO 'off' AS $$
    DECLARE
      gone text[];
      gone_since timestamptz[];
    BEGIN
      PERFORM FROM gateways WHERE id = gateway AND lapses_at > clock_timestamp() FOR KEY SHARE;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      PERFORM FROM silent_shops WHERE shop_id = ANY (heard || silent) ORDER BY shop_id FOR UPDATE;
      INSERT INTO hearing (shop_id, gateway_id) SELECT shop, gateway FROM unnest(heard) AS shop ON CONFLICT DO NOTHING;
      UPDATE silent_shops SET due_at = least(due_at, clock_timestamp() + ${SETTLED}) WHERE shop_id = ANY (heard);
      WITH removed AS (
        DELETE FROM hearing WHERE gateway_id = gateway AND shop_id = ANY (silent) RETURNING shop_id, since
      )
      SELECT array_agg(shop_id), array_agg(since) INTO gone, gone_since FROM removed;
      PERFORM fall_silent(gone, gone_since) WHERE gone IS NOT NULL;
      RETURN true;
    END
    $$;
    COMMENT ON FUNCTION write_hearing IS 'what has changed at one gateway; false, and nothing is written, where its lease has lapsed';

    CREATE FUNCTION remove_hearing(gateway uuid, batch int) RETURNS int
    LANGUAGE plpgsql VOLATILE SET enable_seqscan TO 'off' SET jit TO 'off' AS $$
    DECLARE
      gone text[];
      gone_since timestamptz[];
    BEGIN
      SELECT array_agg(f.shop_id), array_agg(f.since) INTO gone, gone_since
      FROM (SELECT shop_id, since FROM hearing WHERE gateway_id = gateway ORDER BY shop_id LIMIT batch) f;
      PERFORM FROM silent_shops WHERE shop_id = ANY (gone) ORDER BY shop_id FOR UPDATE;
      DELETE FROM hearing WHERE gateway_id = gateway AND shop_id = ANY (gone);
      PERFORM fall_silent(gone, gone_since) WHERE gone IS NOT NULL;
      RETURN coalesce(cardinality(gone), 0);
    END
    $$;
    COMMENT ON FUNCTION remove_hearing IS 'takes up to a batch of the rows of one gateway, whose own row the caller has locked; how many these were';

    CREATE FUNCTION end_gateway(gateway uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SET enable_seqscan TO 'off' SET jit TO 'off' AS $$
    BEGIN
      PERFORM FROM gateways WHERE id = gateway FOR UPDATE;
      PERFORM remove_hearing(gateway, NULL);
      DELETE FROM gateways WHERE id = gateway;
    END
    $$;
    COMMENT ON FUNCTION end_gateway IS 'a gateway that stops removes all that it has written';

    CREATE FUNCTION remove_lapsed_gateway(batch int) RETURNS TABLE (removed int, is_gone boolean, has_lapsed boolean)
    LANGUAGE plpgsql VOLATILE SET enable_seqscan TO 'off' SET jit TO 'off' AS $$
    DECLARE
      lapsed gateways%ROWTYPE;
      count int;
    BEGIN
      SELECT * INTO lapsed FROM gateways WHERE lapses_at <= clock_timestamp() ORDER BY lapses_at LIMIT 1 FOR UPDATE SKIP LOCKED;
      IF NOT FOUND THEN
        RETURN;
      END IF;
      count := remove_hearing(lapsed.id, batch);
      IF count < batch THEN
        DELETE FROM gateways WHERE id = lapsed.id;
      END IF;
      RETURN QUERY SELECT count, count < batch, isfinite(lapsed.lapses_at);
    END
    $$;
    COMMENT ON FUNCTION remove_lapsed_gateway IS
      'a batch of the rows of one gateway whose lease is over, and then the gateway; it has lapsed unless the gateway ended it itself';`;

const POLICIES = `
    CREATE FUNCTION look_at_silent_shop() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE silent_shops SET due_at = least(due_at, clock_timestamp()) WHERE shop_id = NEW.id;
      RETURN NULL;
    END
    $$;
    COMMENT ON FUNCTION look_at_silent_shop IS 'another policy applies to the shop: it may be deaf at another time';
    CREATE TRIGGER look_at_silent_shop AFTER UPDATE OF policy_id ON shops
      FOR EACH ROW WHEN (OLD.policy_id IS DISTINCT FROM NEW.policy_id) EXECUTE FUNCTION look_at_silent_shop();

    CREATE FUNCTION look_at_silent_shops() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM FROM silent_shops WHERE due_at > clock_timestamp() ORDER BY shop_id FOR UPDATE;
      UPDATE silent_shops SET due_at = clock_timestamp() WHERE due_at > clock_timestamp();
      RETURN NULL;
    END
    $$;
    COMMENT ON FUNCTION look_at_silent_shops IS 'another default applies to the shops that have no policy of their own';
    CREATE TRIGGER look_at_silent_shops AFTER INSERT OR UPDATE OR DELETE ON escalation_default
      FOR EACH ROW EXECUTE FUNCTION look_at_silent_shops();`;
