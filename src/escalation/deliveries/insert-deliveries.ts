/**
 * Writing deliveries, in the caller's transaction: if it is rolled back there is none. Guarantees one delivery for each
 * target of a step in a cycle of a notification, and of an event of a shop; its id is the `webhook-id` of all its attempts.
 */

import type { Queryable } from '../../platform/postgres.ts';

export type DeliveryType = 'notification.escalated' | 'shop.deaf' | 'shop.hearing';

export interface NewDelivery {
  type: DeliveryType;
  shopId: string;
  /** Undefined where it is about the shop. */
  step: { seq: number; cycle: number; step: number } | undefined;
  /** The name of a configured target. */
  target: string;
  /** The id of the event on the exchange `bell`: of this step or edge alone, and not the notification's. */
  bellEventId: string;
  /** The JSON that is sent: `{ type, timestamp, data }`. */
  body: string;
  /** By Postgres's clock. No attempt begins later. */
  expiresAt: Date;
}

/** In one statement, however many. Resolves with how many are new; those that are there already stay as they are. */
export async function insertDeliveries(
  client: Queryable,
  deliveries: readonly NewDelivery[],
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const { rowCount } = await client.query({
    name: 'insert-deliveries',
    text: `INSERT INTO deliveries (type, shop_id, seq, cycle, step, target, event_id, body, expires_at)
           SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::smallint[], $6::text[],
             $7::text[], $8::text[], $9::timestamptz[])
           ON CONFLICT DO NOTHING`,
    values: [
      deliveries.map(({ type }) => type),
      deliveries.map(({ shopId }) => shopId),
      deliveries.map(({ step }) => step?.seq),
      deliveries.map(({ step }) => step?.cycle),
      deliveries.map(({ step }) => step?.step),
      deliveries.map(({ target }) => target),
      deliveries.map(({ bellEventId }) => bellEventId),
      deliveries.map(({ body }) => body),
      deliveries.map(({ expiresAt }) => expiresAt),
    ],
  });
  return rowCount ?? 0;
}
