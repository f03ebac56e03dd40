/** An event in the outbox carries the trace that it is part of, from the request to the message. */

import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE outbox ADD COLUMN trace text;
    COMMENT ON COLUMN outbox.trace IS
      'the W3C trace context: traceparent, and behind a space tracestate if there is one; null without tracing';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE outbox DROP COLUMN trace');
}
