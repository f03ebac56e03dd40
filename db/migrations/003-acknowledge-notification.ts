/** Acknowledging a notification, under the same lock that numbers them: receipts get their own number without a hole. */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION acknowledge_notification(of_shop text, of_seq bigint, by_sid text)
    RETURNS TABLE (outcome text, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE
      identity text := log_identity();
      shop shops%ROWTYPE;
    BEGIN
      SELECT * INTO shop FROM shops WHERE id = of_shop FOR NO KEY UPDATE;
      IF shop.id IS NULL OR of_seq < shop.oldest OR of_seq > shop.head THEN
        RETURN QUERY SELECT 'unknown-seq', NULL::bigint, NULL::text, NULL::timestamptz, NULL::text;
        RETURN;
      END IF;
      RETURN QUERY
        INSERT INTO receipts AS r (shop_id, n, seq, sid) VALUES (of_shop, shop.receipts + 1, of_seq, by_sid)
        ON CONFLICT DO NOTHING
        RETURNING 'first', r.n, r.sid, r.acked_at, shop.epoch || '.' || identity;
      IF FOUND THEN
        UPDATE shops SET receipts = shop.receipts + 1 WHERE id = of_shop;
      ELSE
        RETURN QUERY SELECT 'later', r.n, r.sid, r.acked_at, shop.epoch || '.' || identity
          FROM receipts r WHERE r.shop_id = of_shop AND r.seq = of_seq;
      END IF;
    END
    $$;
    COMMENT ON FUNCTION acknowledge_notification IS
      'the first acknowledgement of a notification wins and gets the next n; a later one changes nothing';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP FUNCTION acknowledge_notification');
}
