/** After the storm: waiting until all is settled, and gathering what was kept. */

import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import pg from 'pg';
import type { History } from './history.ts';
import type { Watcher } from './watcher.ts';

export interface SettleOptions {
  /** What senders still try. */
  underWay: ReadonlySet<Promise<unknown>>;
  databaseUrl: string;
  watchers: readonly Watcher[];
  deadlineMs: number;
}

/**
 * Resolves when every sender is done, the outbox is empty, the log has not grown for a while and every client has seen
 * its end. Rejects, saying what is open, after `deadlineMs`.
 */
export async function untilSettled({
  underWay,
  databaseUrl,
  watchers,
  deadlineMs,
}: SettleOptions): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  let before = '';
  let quietSince = performance.now();
  try {
    for (;;) {
      const { rows: outbox } = await pool.query('SELECT count(*)::int AS rows FROM outbox');
      const { rows: shops } = await pool.query<{ id: string; head: string }>(
        'SELECT id, head FROM shops ORDER BY id',
      );
      const heads = new Map(shops.map(({ id, head }) => [id, Number(head)]));
      const behind = watchers.filter((watcher) => watcher.head() < (heads.get(watcher.history.shopId) ?? 0));
      const state = JSON.stringify([shops, outbox, underWay.size, behind.length]);
      if (state !== before) quietSince = performance.now();
      before = state;
      const done = underWay.size === 0 && outbox[0]?.rows === 0 && behind.length === 0;
      if (done && performance.now() - quietSince > 3_000) return;
      if (performance.now() > deadline) {
        const who = behind.map(({ history, head }) => `${history.name} at ${head()}`).join(', ');
        throw new Error(`not settled: ${underWay.size} sending, outbox ${outbox[0]?.rows}, behind: ${who}`);
      }
      await pause(100);
    }
  } finally {
    await pool.end();
  }
}

export interface HarvestOptions
  extends Pick<History, 'published' | 'reminders' | 'confirmedPayments' | 'clients'> {
  databaseUrl: string;
  brokerUrl: string;
  prefix: string;
}

export async function collectHistory(options: HarvestOptions): Promise<History> {
  const { databaseUrl, brokerUrl, prefix, ...known } = options;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    const log = await pool.query(
      'SELECT shop_id AS "shopId", seq::int, event_id AS "eventId", type, order_id::text AS "orderId" FROM notifications',
    );
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
