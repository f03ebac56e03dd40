/**
 * A receipt keeps whose token acknowledged, beside the `sid`, which any token of the shop may choose; and an
 * acknowledgement may say of which log it is. The epoch is compared under the lock that numbers the receipts. The
 * function of the version before stays, for processes that still run it.
 */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE receipts ADD COLUMN subject text;
    COMMENT ON COLUMN receipts.subject IS 'the sub of the token that acknowledged; null without authentication';

    CREATE FUNCTION acknowledge_notification(
      of_shop text, of_seq bigint, by_sid text, by_subject text, of_epoch text
    ) RETURNS TABLE (outcome text, n bigint, sid text, acked_at timestamptz, epoch text)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE
      shop shops%ROWTYPE;
      present text;
    BEGIN
      SELECT * INTO shop FROM shops WHERE id = of_shop FOR NO KEY UPDATE;
      present := shop.epoch || '.' || log_identity();
      IF shop.id IS NOT NULL AND of_epoch <> present THEN
        RETURN QUERY SELECT 'wrong-epoch', NULL::bigint, NULL::text, NULL::timestamptz, present;
        RETURN;
      END IF;
      IF shop.id IS NULL OR of_seq < shop.oldest OR of_seq > shop.head THEN
        RETURN QUERY SELECT 'unknown-seq', NULL::bigint, NULL::text, NULL::timestamptz, NULL::text;
        RETURN;
      END IF;
      RETURN QUERY
        INSERT INTO receipts AS r (shop_id, n, seq, sid, subject)
        VALUES (of_shop, shop.receipts + 1, of_seq, by_sid, by_subject)
        ON CONFLICT DO NOTHING
        RETURNING 'first', r.n, r.sid, r.acked_at, present;
      IF FOUND THEN
        UPDATE shops SET receipts = shop.receipts + 1 WHERE id = of_shop;
      ELSE
        RETURN QUERY SELECT 'later', r.n, r.sid, r.acked_at, present
          FROM receipts r WHERE r.shop_id = of_shop AND r.seq = of_seq;
      END IF;
    END
    $$;
    COMMENT ON FUNCTION acknowledge_notification(text, bigint, text, text, text) IS
      'the first acknowledgement of a notification wins and gets the next n; a later one, or one of another log, changes nothing';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP FUNCTION acknowledge_notification(text, bigint, text, text, text);
    ALTER TABLE receipts DROP COLUMN subject;
  `);
}
