/**
 * Order numbers are unique within their shop: a shop cannot take the number of another shop's order, and with it that
 * order's payment. And an order keeps when it was marked paid, by this server's clock: `paid_at` is what the payment
 * provider said.
 *
 * - The index is built first: writes to `orders` wait for it, reads do not. What follows takes a moment.
 * - Rows that were paid before keep no `marked_at`: to write all of them would hold up every payment meanwhile.
 * - The version before finds orders by their number alone, and while it runs beside this one several shops may already
 *   have an order of a number. Marking them would pay both, with one event for the two. So its update is refused there,
 *   in a way that it answers with 503: the provider comes again, and meets this version in the end. Otherwise `marked_at`
 *   is set for it. The trigger asks nothing of this version, which sets the column itself, and can go with the next one.
 *   A repeat that the version before answers may show the other shop's order; it changes nothing.
 *
 * Taking it back fails, and changes nothing, where several shops have an order of one number.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE UNIQUE INDEX orders_number_shop_id_key ON orders (number, shop_id);

    CREATE FUNCTION mark_by_number_alone() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM orders o WHERE o.number = NEW.number AND o.shop_id <> NEW.shop_id) THEN
        RAISE 'several shops have an order %', NEW.number USING ERRCODE = 'operator_intervention';
      END IF;
      NEW.marked_at := clock_timestamp();
      RETURN NEW;
    END
    $$;
    COMMENT ON FUNCTION mark_by_number_alone IS
      'for the version before, which finds an order by its number alone and keeps no marked_at';

    ALTER TABLE orders
      DROP CONSTRAINT orders_number_key,
      ADD CONSTRAINT orders_number_shop_id_key UNIQUE USING INDEX orders_number_shop_id_key,
      ADD COLUMN marked_at timestamptz;
    COMMENT ON COLUMN orders.marked_at IS
      'when it was marked paid, by this server''s clock; null of orders that were paid before there was this column';

    CREATE TRIGGER orders_mark_by_number_alone BEFORE UPDATE OF paid_event_id ON orders FOR EACH ROW
    WHEN (OLD.paid_event_id IS NULL AND NEW.paid_event_id IS NOT NULL AND NEW.marked_at IS NULL)
    EXECUTE FUNCTION mark_by_number_alone();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER orders_mark_by_number_alone ON orders;
    DROP FUNCTION mark_by_number_alone;
    ALTER TABLE orders
      DROP COLUMN marked_at,
      DROP CONSTRAINT orders_number_shop_id_key,
      ADD CONSTRAINT orders_number_key UNIQUE (number);
  `);
}
