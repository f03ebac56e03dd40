/** Consumes events and keeps them: one `INSERT` of many rows is in flight at a time, then they are published and acknowledged. */

import type { Channel, ConsumeMessage } from 'amqplib';
import pg from 'pg';
import { type PipedEvent, type PipeSockets, readEvent } from './pipe-sockets.ts';

/** As Orderbell's defaults. */
const PREFETCH = 8_000;
const MAX_BATCH = 2_000;

const TABLE = `CREATE TABLE piped (
  shop_id text NOT NULL, event_id text NOT NULL, order_id bigint NOT NULL, content text NOT NULL,
  logged_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (shop_id, event_id))`;

const INSERT = `INSERT INTO piped (shop_id, event_id, order_id, content)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) ON CONFLICT DO NOTHING`;

export async function consumeDurably(
  channel: Channel,
  queue: string,
  databaseUrl: string,
  sockets: PipeSockets,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(TABLE);
  let waiting: { message: ConsumeMessage; event: PipedEvent }[] = [];
  let isRunning = false;

  async function insert(batch: readonly { event: PipedEvent }[]): Promise<void> {
    const values = [
      batch.map(({ event }) => event.shopId),
      batch.map(({ event }) => event.eventId),
      batch.map(({ event }) => event.orderId),
      batch.map(({ event }) => event.content),
    ];
    await client.query({ name: 'insert', text: INSERT, values });
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      await insert(batch);
      for (const { event } of batch) sockets.publish(event);
      const last = batch.at(-1);
      if (last !== undefined) channel.ack(last.message, true);
    }
    isRunning = false;
  }

  await channel.prefetch(PREFETCH);
  await channel.consume(queue, (message) => {
    if (message === null) return;
    waiting.push({ message, event: readEvent(message.content) });
    if (isRunning) return;
    isRunning = true;
    // All deliveries of one read of the socket make one batch. A failure ends the process, and with it the case.
    queueMicrotask(() => run().catch((error) => process.nextTick(() => Promise.reject(error))));
  });
}
