/**
 * The keys that the processes sign their announcements with, so that no other publisher of the broker is believed. They
 * are 32 bytes, made of three random UUIDs of 122 bits each. Several are there while one takes the place of another.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE announcement_keys (
      id       int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      secret   bytea NOT NULL CHECK (octet_length(secret) = 32) DEFAULT sha256(
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
      ),
      made_at  timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE announcement_keys IS
      'what announcements are signed with: all are accepted, and the newest that every process has read by now signs';
    INSERT INTO announcement_keys DEFAULT VALUES;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE announcement_keys');
}
