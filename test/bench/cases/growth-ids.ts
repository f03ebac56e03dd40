/** Appending a backlog whose event ids come in order, are derived as the worker does where a publisher gives none, or are random. */

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Notification } from '../../../src/domain/notification.ts';
import { decodeOrderEvent } from '../../../src/domain/order-event.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { shopOf } from '../load/pacing.ts';
import { SHOPS } from './growth-fill.ts';

export type IdKind = 'ordered' | 'derived' | 'random';

/** What the worker takes at most. */
const BATCH = 2_000;

/** Above those of the filled log, and of another run on the same. */
const FIRST_ORDER = Date.now() * 1_000;
let made = 0;

const OCCURRED_AT = new Date().toISOString();

export function makeNotification(kind: IdKind): Notification {
  const orderId = FIRST_ORDER + ++made;
  const shopId = `shop-${shopOf(made, SHOPS, true)}`;
  const content = '订单号： 2025030617143500001';
  return { shopId, eventId: idOf(kind, shopId, orderId), type: 1, orderId, content, occurredAt: OCCURRED_AT };
}

function idOf(kind: IdKind, shopId: string, orderId: number): string {
  switch (kind) {
    case 'ordered':
      return `01956b2c-5b1a-7f44-${orderId}`;
    case 'random':
      return randomUUID();
    case 'derived': {
      const body = Buffer.from(
        JSON.stringify({ shopId, orderId, orderNumber: 'T1', occurredAt: OCCURRED_AT }),
      );
      const decoded = decodeOrderEvent({ routingKey: 'order.paid', body }, new Date());
      if (!decoded.ok) throw new Error(decoded.refusal.detail);
      return decoded.event.eventId;
    }
  }
}

export interface Drained {
  perSecond: number;
  /** Of one event. */
  walBytes: number;
  /** Full-page images of one event. */
  pageImages: number;
}

/** One batch after the other, right after a checkpoint. */
export async function drain(pool: pg.Pool, kind: IdKind, events: number): Promise<Drained> {
  const batches = Array.from({ length: Math.ceil(events / BATCH) }, () =>
    Array.from({ length: BATCH }, () => makeNotification(kind)),
  );
  await pool.query('CHECKPOINT');
  const before = await readWal(pool);
  const started = performance.now();
  for (const batch of batches) await appendNotifications(pool, batch);
  const seconds = (performance.now() - started) / 1_000;
  const after = await readWal(pool);
  const count = batches.length * BATCH;
  return {
    perSecond: count / seconds,
    walBytes: (after.bytes - before.bytes) / count,
    pageImages: (after.images - before.images) / count,
  };
}

/** Statistics of a session arrive when it is idle: its own are asked for first. */
async function readWal(pool: pg.Pool): Promise<{ bytes: number; images: number }> {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const { rows } = await pool.query<{ bytes: string; images: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bytes, wal_fpi AS images FROM pg_stat_wal`,
  );
  return { bytes: Number(rows[0]?.bytes), images: Number(rows[0]?.images) };
}
