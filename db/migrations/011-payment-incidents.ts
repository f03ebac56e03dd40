/**
 * Verified payments that could not be applied: money that somebody has to give back, or to book by hand. One row however
 * often the same notice comes. The empty text and -1, which no notice has, stand for null in the index.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE payment_incidents (
      id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kind            text NOT NULL,
      order_number    text NOT NULL,
      shop_id         text,
      order_id        bigint,
      transaction_id  text,
      amount          bigint,
      notice          jsonb NOT NULL,
      first_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
      last_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
      times           bigint NOT NULL DEFAULT 1
    );
    CREATE UNIQUE INDEX payment_incidents_key ON payment_incidents
      (order_number, kind, coalesce(shop_id, ''), coalesce(transaction_id, ''), coalesce(amount, -1));
    COMMENT ON TABLE payment_incidents IS 'verified payments that could not be applied to an order';
    COMMENT ON COLUMN payment_incidents.kind IS
      'second-transaction, cancelled, amount-differs, not-awaiting-payment, ambiguous-number or unknown-number';
    COMMENT ON COLUMN payment_incidents.shop_id IS 'null where neither the order nor the notice tells';
    COMMENT ON COLUMN payment_incidents.order_id IS 'null where the order is not known';
    COMMENT ON COLUMN payment_incidents.amount IS 'in fen, as the notice has it';
    COMMENT ON COLUMN payment_incidents.notice IS 'what is read of the notice, as it came for the first time';
    COMMENT ON COLUMN payment_incidents.times IS 'how often the notice came';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE payment_incidents');
}
