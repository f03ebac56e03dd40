/**
 * What a payment takes at the least if nothing may be lost, written by hand: its row is committed, the event is published
 * with a confirm to a quorum queue, consumed, its row committed, and sent. An event whose process ends between the first
 * commit and the confirm is lost all the same: there is no outbox.
 */

import type { HttpResponse } from 'uWebSockets.js';
import { type ConfirmChannel, connect } from 'amqplib';
import pg from 'pg';
import { splitUrls } from '../../../src/platform/url-list.ts';
import { takeCommands } from '../commands.ts';
import { consumeDurably } from './durable-consumer.ts';
import { createPipeSockets, openPipeChannel, type PipeSource } from './pipe-sockets.ts';

export interface PaidPipeCommands {
  /** Sockets at `{n}` of shop `{shop}`; orders and payments are taken as by Orderbell, at the same host and port. */
  start(source: PipeSource & { databaseUrl: string }): Promise<{ url: string }>;
}

const TABLE = `CREATE TABLE paid (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL UNIQUE, shop_id text NOT NULL,
  paid_at timestamptz)`;

interface Where {
  pool: pg.Pool;
  channel: ConfirmChannel;
  exchange: string;
}

async function order({ pool }: Where, { number, shopId }: { number: string; shopId: string }) {
  const text = 'INSERT INTO paid (number, shop_id) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query({ name: 'order', text, values: [number, shopId] });
  return { id: Number(rows[0].id) };
}

/** Answers after the commit, as Orderbell, and publishes. */
async function pay({ pool, channel, exchange }: Where, { outTradeNo }: { outTradeNo: string }) {
  const text = 'UPDATE paid SET paid_at = now() WHERE number = $1 RETURNING id, shop_id';
  const { rows } = await pool.query({ name: 'pay', text, values: [outTradeNo] });
  const { id, shop_id: shopId } = rows[0];
  const event = { eventId: `paid-${id}`, orderId: Number(id), orderNumber: outTradeNo, shopId };
  channel.publish(
    exchange,
    'order.paid',
    Buffer.from(JSON.stringify(event)),
    { persistent: true },
    (error) => {
      if (error) throw error;
    },
  );
  return {};
}

function takeBody(res: HttpResponse, work: (body: never) => Promise<object>): void {
  let body = '';
  let isAborted = false;
  res.onAborted(() => {
    isAborted = true;
  });
  res.onData((chunk, isLast) => {
    body += Buffer.from(chunk).toString();
    if (!isLast) return;
    const answered = work(JSON.parse(body) as never).then((data) => {
      if (!isAborted) res.cork(() => res.end(JSON.stringify({ data })));
    });
    answered.catch((error) => process.nextTick(() => Promise.reject(error)));
  });
}

const commands: PaidPipeCommands = {
  async start(source) {
    const sockets = createPipeSockets();
    await consumeDurably(await openPipeChannel(source), source.queue, source.databaseUrl, sockets);
    const pool = new pg.Pool({ connectionString: source.databaseUrl });
    await pool.query(TABLE);
    const connection = await connect(splitUrls(source.amqpUrl)[0] ?? '');
    const where = { pool, channel: await connection.createConfirmChannel(), exchange: source.exchange };
    sockets.app.post('/orders', (res) => takeBody(res, (body) => order(where, body)));
    sockets.app.post('/payments/notify', (res) => takeBody(res, (body) => pay(where, body)));
    return { url: await sockets.listen() };
  },
};
takeCommands(commands);
