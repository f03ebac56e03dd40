/** After the storm: waiting until all is settled, and gathering what was kept. */

import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import pg from 'pg';
import type { History, LogRow } from './history.ts';
import type { Watching } from './watcher.ts';

export interface SettleOptions {
  /** How many senders still try. */
  underWay(): number;
  databaseUrl: string;
  /** Those who are there. */
  watching(): readonly Watching[];
  deadlineMs: number;
}

const ROW = `n.shop_id AS "shopId", n.seq::int, n.event_id AS "eventId", n.type, n.order_id::text AS "orderId",
  (extract(epoch FROM n.stored_at) * 1000)::float8 AS "storedAt"`;

/**
 * Resolves when every sender is done, the outbox is empty, the log has not grown for a while and every client has seen
 * its end. Rejects, saying what is open, after `deadlineMs`.
 */
export async function untilSettled(options: SettleOptions): Promise<void> {
  const { underWay, databaseUrl, watching, deadlineMs } = options;
  const deadline = performance.now() + deadlineMs;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  let before = '';
  let quietSince = performance.now();
  try {
    for (;;) {
      const { rows: outbox } = await pool.query('SELECT count(*)::int AS rows FROM outbox');
      const { rows: lasts } = await pool.query<LogRow>(
        `SELECT ${ROW} FROM shops s JOIN notifications n ON n.shop_id = s.id AND n.seq = s.head ORDER BY s.id`,
      );
      const behind = watching().filter((watcher) => {
        const last = lasts.find(({ shopId }) => shopId === watcher.shopId);
        return last !== undefined && !watcher.hasSeen(last);
      });
      const state = JSON.stringify([lasts, outbox, underWay(), behind.length]);
      if (state !== before) quietSince = performance.now();
      before = state;
      const done = underWay() === 0 && outbox[0]?.rows === 0 && behind.length === 0;
      if (done && performance.now() - quietSince > 3_000) return;
      if (performance.now() > deadline) {
        const who = behind.map(({ name }) => name).join(', ');
        throw new Error(`not settled: ${underWay()} sending, outbox ${outbox[0]?.rows}, behind: ${who}`);
      }
      await pause(100);
    }
  } finally {
    await pool.end();
  }
}

export interface HarvestOptions extends Omit<History, 'log' | 'paidOrders' | 'deadLetters'> {
  databaseUrl: string;
  brokerUrl: string;
  prefix: string;
}

export async function collectHistory(options: HarvestOptions): Promise<History> {
  const { databaseUrl, brokerUrl, prefix, ...known } = options;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    const log = await pool.query<LogRow>(`SELECT ${ROW} FROM notifications n`);
    const paid = await pool.query(
      'SELECT id::text AS "orderId", shop_id AS "shopId" FROM orders WHERE pay_status = 1',
    );
    const deadLetters = await readDeadLetters(brokerUrl, `${prefix}notifications.dead`);
    return { ...known, log: log.rows, paidOrders: paid.rows, deadLetters };
  } finally {
    await pool.end();
  }
}

async function readDeadLetters(url: string, queue: string): Promise<string[]> {
  const model = await connect(url);
  try {
    const channel = await model.createChannel();
    const ids: string[] = [];
    for (let message = await channel.get(queue); message !== false; message = await channel.get(queue)) {
      ids.push(String(message.properties.messageId));
    }
    return ids;
  } finally {
    await model.close();
  }
}
