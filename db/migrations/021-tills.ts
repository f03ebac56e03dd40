/**
 * Tills that were paired by a code. A code is kept as a keyed hash only. The tries are taken one at a time, for the whole
 * deployment: so a code is used once, and never more wrong tries than its limit were counted while it lived.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE pairing_codes (
      code_hash   bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
      shop_id     text COLLATE "C" NOT NULL,
      name        text NOT NULL,
      made_by     text,
      made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at  timestamptz NOT NULL,
      attempts    int NOT NULL DEFAULT 0,
      used_at     timestamptz
    );
    COMMENT ON TABLE pairing_codes IS 'codes by which a till gets its token, until they expire';
    COMMENT ON COLUMN pairing_codes.code_hash IS 'HMAC-SHA-256 with a key that is not in the database';
    COMMENT ON COLUMN pairing_codes.made_by IS 'the sub of the token; null where a command made it';
    COMMENT ON COLUMN pairing_codes.attempts IS 'wrong tries by any callers while it was live';

    CREATE TABLE tills (
      id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      shop_id        text COLLATE "C" NOT NULL,
      name           text NOT NULL,
      paired_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
      renewed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
      token_ends_at  timestamptz NOT NULL,
      revoked_at     timestamptz,
      revoked_by     text
    );
    CREATE INDEX tills_shop ON tills (shop_id, paired_at);
    CREATE INDEX tills_revoked ON tills (token_ends_at) WHERE revoked_at IS NOT NULL;
    COMMENT ON TABLE tills IS 'tills that were paired; their tokens name them';
    COMMENT ON COLUMN tills.token_ends_at IS 'when the last token of the till ends';
    COMMENT ON COLUMN tills.revoked_by IS 'the sub of the token; null where a command removed it';

    CREATE FUNCTION redeem_pairing_code(hash bytea, most_attempts int, given_name text, ends_at timestamptz)
    RETURNS TABLE (outcome text, till_id uuid, till_shop text, till_name text, ended_codes bigint)
    LANGUAGE plpgsql AS $$
    DECLARE
      used pairing_codes;
    BEGIN
      -- One try at a time: the next one sees what this one counted. It is rare, and takes a millisecond.
      PERFORM pg_advisory_xact_lock(hashtextextended('pairing', 0));
      ended_codes := 0;
      UPDATE pairing_codes p SET used_at = clock_timestamp()
      WHERE p.code_hash = hash AND p.used_at IS NULL AND p.expires_at > clock_timestamp() AND p.attempts < most_attempts
      RETURNING p.* INTO used;
      IF FOUND THEN
        outcome := 'paired';
        INSERT INTO tills AS t (shop_id, name, token_ends_at)
        VALUES (used.shop_id, coalesce(nullif(given_name, ''), used.name), ends_at)
        RETURNING t.id, t.shop_id, t.name INTO till_id, till_shop, till_name;
      ELSIF EXISTS (SELECT FROM pairing_codes p WHERE p.code_hash = hash) THEN
        -- Such a try cannot meet a live code, so it counts against none.
        outcome := 'ended';
      ELSE
        outcome := 'unknown';
        WITH counted AS (
          UPDATE pairing_codes p SET attempts = p.attempts + 1
          WHERE p.used_at IS NULL AND p.expires_at > clock_timestamp() AND p.attempts < most_attempts
          RETURNING p.attempts
        )
        SELECT count(*) FILTER (WHERE counted.attempts >= most_attempts) INTO ended_codes FROM counted;
      END IF;
      RETURN NEXT;
    END
    $$;
    COMMENT ON FUNCTION redeem_pairing_code IS 'one try of a code: paired, ended, or unknown, which counts against every live code';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP FUNCTION redeem_pairing_code;
    DROP TABLE tills;
    DROP TABLE pairing_codes;
  `);
}
