/**
 * What callbacks of payment providers need: whose an incident is and how it was settled, and how much of an order went back
 * so far, since a provider pays back in parts and tells each part more than once.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE payment_incidents
      ADD COLUMN provider text NOT NULL DEFAULT 'own',
      ADD COLUMN resolved_at timestamptz,
      ADD COLUMN note text;
    COMMENT ON COLUMN payment_incidents.kind IS
      'why it could not be applied: GET /payments/incidents describes each';
    COMMENT ON COLUMN payment_incidents.order_number IS 'empty where the notice could not be read';
    COMMENT ON COLUMN payment_incidents.provider IS 'own, wechat or alipay';
    COMMENT ON COLUMN payment_incidents.resolved_at IS 'null until it is settled';
    COMMENT ON COLUMN payment_incidents.note IS 'how it was settled';
    CREATE INDEX payment_incidents_open ON payment_incidents (id) WHERE resolved_at IS NULL;
    CREATE INDEX payment_incidents_transaction ON payment_incidents (transaction_id);

    CREATE TABLE payment_refunds (
      provider        text NOT NULL,
      refund_id       text NOT NULL,
      order_id        bigint NOT NULL,
      transaction_id  text NOT NULL,
      amount          bigint NOT NULL CHECK (amount >= 0),
      first_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (provider, refund_id)
    );
    CREATE INDEX payment_refunds_order ON payment_refunds (order_id);
    COMMENT ON TABLE payment_refunds IS 'what went back of payments that were applied to an order';
    COMMENT ON COLUMN payment_refunds.refund_id IS
      'of WeChat Pay the refund; of Alipay the trade, of which every notice says what went back in all';
    COMMENT ON COLUMN payment_refunds.amount IS 'in fen';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE payment_refunds;
    DROP INDEX payment_incidents_transaction;
    DROP INDEX payment_incidents_open;
    ALTER TABLE payment_incidents DROP COLUMN note, DROP COLUMN resolved_at, DROP COLUMN provider;
  `);
}
