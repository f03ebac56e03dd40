/**
 * Orders, and the outbox that holds each order's event from the same transaction until the broker has confirmed it.
 * An order's shop need not have a log yet, so there is no foreign key to `shops`.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE orders (
      id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      number          text NOT NULL UNIQUE CHECK (number ~ '^[A-Za-z0-9._-]{1,64}$'),
      shop_id         text NOT NULL CHECK (shop_id ~ '^[A-Za-z0-9_-]{1,64}$'),
      amount          integer NOT NULL CHECK (amount > 0),
      status          smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 6),
      pay_status      smallint NOT NULL DEFAULT 0 CHECK (pay_status BETWEEN 0 AND 2),
      transaction_id  text,
      created_at      timestamptz NOT NULL DEFAULT now(),
      paid_at         timestamptz,
      paid_event_id   uuid,
      reminded_at     timestamptz
    );
    COMMENT ON COLUMN orders.amount IS 'in fen';
    COMMENT ON COLUMN orders.status IS
      '1 pending payment, 2 to be confirmed, 3 confirmed, 4 being delivered, 5 completed, 6 cancelled';
    COMMENT ON COLUMN orders.pay_status IS '0 unpaid, 1 paid, 2 refunded';

    COMMENT ON COLUMN orders.paid_event_id IS
      'of its order.paid: recorded once more under the same id, it cannot ring twice';

    CREATE TABLE outbox (
      id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      routing_key  text NOT NULL,
      event_id     text NOT NULL,
      body         text NOT NULL,
      recorded_at  timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE outbox IS 'events that the broker has not confirmed yet';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE outbox, orders');
}
