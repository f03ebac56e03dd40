/** Storing what tills report, so that each notification is found to be spoken once, by whichever gateway was first. */

import type { Knex } from 'knex';

/** The type of `order.paid`. */
const PAID = 1;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION record_progress(names text[], kinds text[], seqs bigint[], sids text[], ages double precision[])
    RETURNS SETOF double precision
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      -- One after the other: the next finds what this one has written.
      PERFORM pg_advisory_xact_lock(hashtextextended('progress', 0));
      RETURN QUERY
        WITH reported AS (
          SELECT p.name, p.kind, p.seq, p.sid, clock_timestamp() - make_interval(secs => p.age) AS at, s.open_from
          FROM unnest(names, kinds, seqs, sids, ages) AS p (name, kind, seq, sid, age)
          JOIN shops s ON s.id = p.name AND s.head >= p.seq
        ), added AS (
          INSERT INTO progress (shop_id, kind, seq, sid, at) SELECT name, kind, seq, sid, at FROM reported
        ), spoken AS (
          SELECT r.*, greatest(r.seq - 100, coalesce(
            (SELECT max(p.seq) FROM progress p WHERE p.shop_id = r.name AND p.kind = 'spoken'), r.open_from - 1
          )) AS before
          FROM reported r WHERE r.kind = 'spoken'
        )
        SELECT greatest(0, extract(epoch FROM r.at - n.occurred_at))::double precision
        FROM spoken r
        JOIN notifications n ON n.shop_id = r.name AND n.seq > r.before AND n.seq <= r.seq AND n.type = ${PAID}
        WHERE NOT EXISTS (
          SELECT FROM receipts t WHERE t.shop_id = n.shop_id AND t.seq = n.seq AND t.acked_at < r.at
        );
    END
    $$;
    COMMENT ON FUNCTION record_progress IS
      'stores reports that are not beyond the head; the seconds from paid to spoken of each order that is spoken with them for the first time, of at most 100 of a shop';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP FUNCTION record_progress');
}
