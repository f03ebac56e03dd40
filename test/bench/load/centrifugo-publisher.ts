/**
 * What a backend that rings through Centrifugo does: one batch of publishes at a time, over its HTTP API or in the transaction
 * that keeps the orders. What becomes due meanwhile is in the next batch.
 */

import { Agent, request } from 'node:http';
import pg from 'pg';
import { takeCommands } from '../commands.ts';
import { paced, shopOf } from './pacing.ts';
import type { PublisherCommands } from './publisher.ts';

export interface CentrifugoPublisherCommands extends Pick<PublisherCommands, 'burst' | 'pace'> {
  /** Its HTTP API, or the database that it takes publishes from. */
  connect(where: { apiUrl: string; apiKey: string } | { databaseUrl: string }): Promise<void>;
}

interface Alert {
  channel: string;
  data: { type: 1; orderId: number; content: string };
}

/** In one request, or in one transaction. */
const MAX_BATCH = 500;
const MORE_TRIES = 5;

const HISTORY = { age: '1 hour', size: 10_000 };

let send: (batch: readonly Alert[]) => Promise<void> = () => Promise.reject(new Error('connect first'));
let last = 0;
let waiting: Alert[] = [];
let sending: Promise<void> | undefined;

function make(shops: number, isScattered = false): void {
  last++;
  const content = `订单号： T${process.hrtime.bigint() / 1000n}`;
  waiting.push({
    channel: `shop-${shopOf(last, shops, isScattered)}`,
    data: { type: 1, orderId: last, content },
  });
  sending ??= sendAll().finally(() => {
    sending = undefined;
  });
}

async function sendAll(): Promise<void> {
  await Promise.resolve(); // what is made in the same turn goes along
  while (waiting.length > 0) {
    const batch = waiting.slice(0, MAX_BATCH);
    waiting = waiting.slice(MAX_BATCH);
    await send(batch);
  }
}

function overHttp(apiUrl: string, apiKey: string): typeof send {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { 'X-API-Key': apiKey, 'Content-Type': 'application/json' };
  const post = (body: string, triesLeft: number) =>
    new Promise<void>((resolve, reject) => {
      const asked = request(`${apiUrl}/api/batch`, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200 && !text.includes('"error"')) resolve();
          else reject(new Error(`${response.statusCode} ${text.slice(0, 200)}`));
        });
      });
      // An idle connection is closed after a while, and under load any.
      asked.on('error', (error) => (triesLeft > 0 ? resolve(post(body, triesLeft - 1)) : reject(error)));
      asked.end(body);
    });
  return (batch) => post(JSON.stringify({ commands: batch.map((publish) => ({ publish })) }), MORE_TRIES);
}

/** One statement is one transaction: the orders and what is published of them. */
const KEEP_AND_PUBLISH = `WITH given AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::jsonb[]) WITH ORDINALITY AS g(channel, id, alert, n)
  ), kept AS (INSERT INTO paid_orders (shop, id, alert) SELECT channel, id, alert FROM given)
  SELECT count(*) FROM (SELECT * FROM given ORDER BY n) AS ordered,
    LATERAL cf_stream_publish(channel, alert, NULL, '${HISTORY.age}'::interval, ${HISTORY.size})`;

async function overPostgres(databaseUrl: string): Promise<typeof send> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`CREATE TABLE paid_orders (
    shop text NOT NULL, id bigint NOT NULL, alert jsonb NOT NULL, PRIMARY KEY (shop, id))`);
  return async (batch) => {
    const values = [
      batch.map(({ channel }) => channel),
      batch.map(({ data }) => data.orderId),
      batch.map(({ data }) => JSON.stringify(data)),
    ];
    await client.query({ name: 'publish', text: KEEP_AND_PUBLISH, values });
  };
}

const commands: CentrifugoPublisherCommands = {
  async connect(where) {
    send = 'apiUrl' in where ? overHttp(where.apiUrl, where.apiKey) : await overPostgres(where.databaseUrl);
  },
  async burst({ count, shops }) {
    const started = performance.now();
    for (let made = 0; made < count; made++) make(shops);
    await sending;
    return { seconds: (performance.now() - started) / 1000 };
  },
  async pace({ perSecond, seconds, shops, isScattered = false }) {
    const published = Math.ceil(perSecond * seconds);
    await paced(published, perSecond, () => make(shops, isScattered));
    await sending;
    return { published };
  },
};
takeCommands(commands);
