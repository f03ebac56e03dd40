/**
 * Which log it is, as a row: the server's system identifier and timeline, and a nonce. The nonce is the identity, and
 * is renewed by the first statement that finds another server or timeline, be it of a reader or of a writer. So two
 * standbys that are promoted from the same timeline differ; before, they were taken for the same log, and clients resumed
 * past what they had missed.
 *
 * - The function keeps its name and arguments, and the first nonce is what it answered before: processes of the version
 *   before and of this one agree on every epoch while both run, and no client is told `gone` by the upgrade.
 * - It runs with its owner's rights, so that our user needs none on the new table.
 * - Two that find a change at once meet at the row: the second gets the nonce of the first.
 * - On a standby it fails with 55000, and in a read-only transaction that comes before any other after a change with
 *   25006, as whatever asks for more than reading does there.
 * - Reading the control file takes 0.2 ms, so a session asks for the pair once. A server's timeline stays while it takes
 *   writes, and a server that stops taking them has ended its sessions; a pooler's sessions are the server's own. The row
 *   is read each time (0.02 ms): it may be renewed, or loaded from a dump, under a session. It is looked for by its key,
 *   since the append forbids to scan tables, which makes a scan look so dear to Postgres that it compiles it, in 50 ms.
 */

import type { Knex } from 'knex';

const PAIR = `system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8)`;

export async function up(knex: Knex): Promise<void> {
  const { rows } = await knex.raw('SELECT quote_ident(current_schema()) AS schema');
  await knex.raw(`
    CREATE TABLE log_origin (
      is_only            boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      system_identifier  bigint NOT NULL,
      timeline           text NOT NULL,
      nonce              text NOT NULL
    );
    COMMENT ON TABLE log_origin IS 'the server and timeline on which the log was last found, and its identity there';

    INSERT INTO log_origin (system_identifier, timeline, nonce)
      SELECT ${PAIR}, log_identity() FROM pg_control_system();

    CREATE OR REPLACE FUNCTION log_identity() RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = ${rows[0].schema}, pg_temp
    AS $$
    DECLARE
      server bigint;
      written_on text;
      identity text;
    BEGIN
      SELECT nonce INTO identity FROM log_origin
      WHERE is_only AND system_identifier || '/' || timeline = current_setting('orderbell.log_origin', true);
      IF FOUND THEN
        RETURN identity;
      END IF;
      -- The timeline is in the name of the WAL file that is written now; pg_control_checkpoint() tells it minutes late.
      SELECT ${PAIR} INTO server, written_on FROM pg_control_system();
      SELECT nonce INTO identity FROM log_origin
      WHERE is_only AND (system_identifier, timeline) = (server, written_on);
      IF NOT FOUND THEN
        INSERT INTO log_origin AS o (system_identifier, timeline, nonce)
          VALUES (server, written_on, left(replace(gen_random_uuid()::text, '-', ''), 12))
        ON CONFLICT (is_only) DO UPDATE
          SET (system_identifier, timeline, nonce) = (server, written_on, excluded.nonce)
          WHERE (o.system_identifier, o.timeline) <> (server, written_on)
        RETURNING nonce INTO identity;
        IF NOT FOUND THEN
          SELECT nonce INTO identity FROM log_origin WHERE is_only;
        END IF;
      END IF;
      PERFORM set_config('orderbell.log_origin', server || '/' || written_on, false);
      RETURN identity;
    END
    $$;
    COMMENT ON FUNCTION log_identity IS
      'joined to a shop''s epoch: a database that was loaded elsewhere or failed over is another log';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION log_identity() RETURNS text
    LANGUAGE sql STABLE AS $$
      -- The timeline is in the name of the WAL file that is written now; pg_control_checkpoint() tells it minutes late.
      SELECT left(md5(system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)), 8)
      FROM pg_control_system()
    $$;
    DROP TABLE log_origin;
  `);
}
