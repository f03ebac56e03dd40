/**
 * The truth: each shop's log of notifications, and the receipts of those who acknowledged them.
 * A notification has no foreign key to its shop: the function that alone inserts it has just locked the shop's row.
 * Ids are compared byte by byte (collation "C"), so that no upgrade of a locale can corrupt their indexes.
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
      -- The timeline is in the name of the WAL file that is written now; pg_control_checkpoint() tells it minutes late.
      SELECT left(md5(system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)), 8)
      FROM pg_control_system()
    $$;
    COMMENT ON FUNCTION log_identity IS
      'joined to a shop''s epoch: a database that was loaded elsewhere or failed over is another log';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP FUNCTION log_identity; DROP TABLE receipts, notifications, shops');
}
