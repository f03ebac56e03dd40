/** Deliveries in a database of their own, and senders that make them. */

import { randomBytes, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import pino from 'pino';
import type { EscalationTarget } from '../../src/domain/escalation-target.ts';
import { insertDeliveries, type NewDelivery } from '../../src/escalation/deliveries/insert-deliveries.ts';
import {
  type Deliveries,
  type DeliveriesOptions,
  startDeliveries,
} from '../../src/escalation/deliveries/sender.ts';
import { createDatabase, type TestDatabase } from './servers-of-the-run.ts';

export interface DeliveryRow {
  id: string;
  state: 'pending' | 'delivered' | 'ended';
  reason: string | null;
  attempts: number;
  last_result: string | null;
  /** From the last attempt, or now, to when it is due. */
  due_in: number;
}

export interface DeliveryBench {
  database: TestDatabase;
  /** Lines of the log. */
  lines: string[];
  /** `kind outcome` and `kind result` of the observer. */
  observed: string[];
  /** A notification that is open, and a delivery of its first step. Resolves with the delivery's id. */
  deliver(target: string, over?: Partial<NewDelivery>): Promise<string>;
  /** Of the notification of that delivery. */
  acknowledge(id: string, reason?: string): Promise<void>;
  row(id: string): Promise<DeliveryRow>;
  /** Makes it due, and has the senders look. */
  hasten(id: string): Promise<void>;
  send(targets: Record<string, EscalationTarget>, over?: Partial<DeliveriesOptions>): Deliveries;
  /** Ends the senders and removes what is there. */
  clear(): Promise<void>;
  tearDown(): Promise<void>;
}

export const newSecret = () => `whsec_${randomBytes(24).toString('base64')}`;

export async function createDeliveryBench(): Promise<DeliveryBench> {
  const database = await createDatabase();
  const { pool } = database;
  const lines: string[] = [];
  const observed: string[] = [];
  const senders: Deliveries[] = [];
  const logger = pino(
    { level: 'debug' },
    new Writable({
      write(line, _, done) {
        lines.push(String(line));
        done();
      },
    }),
  );
  let lastSeq = 0;

  async function stopSenders(): Promise<void> {
    await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  }

  return {
    database,
    lines,
    observed,
    async deliver(target, over = {}) {
      const seq = over.step?.seq ?? ++lastSeq;
      const shopId = over.shopId ?? 'shop';
      await pool.query(
        `INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
         VALUES ($1, $2, $3, 1, 1024, 'An order', now()) ON CONFLICT DO NOTHING`,
        [shopId, seq, randomUUID()],
      );
      const data = { shopId, seq, type: 1, orderId: 1024, content: 'An order' };
      const bellEventId = randomUUID();
      await insertDeliveries(pool, [
        {
          type: 'notification.escalated',
          shopId,
          step: { seq, cycle: 0, step: 1 },
          target,
          bellEventId,
          body: JSON.stringify({ type: 'notification.escalated', timestamp: new Date().toISOString(), data }),
          expiresAt: new Date(Date.now() + 900_000),
          ...over,
        },
      ]);
      const { rows } = await pool.query('SELECT id FROM deliveries WHERE event_id = $1 AND target = $2', [
        over.bellEventId ?? bellEventId,
        target,
      ]);
      for (const sender of senders) sender.nudge();
      return rows[0].id;
    },
    async acknowledge(id, reason = 'acknowledged') {
      await pool.query(
        `INSERT INTO receipts (shop_id, n, seq, sid, reason)
         SELECT shop_id, seq, seq, 'till', $2 FROM deliveries WHERE id = $1`,
        [id, reason],
      );
    },
    async row(id) {
      const { rows } = await pool.query<DeliveryRow>(
        `SELECT id, state, reason, attempts, last_result,
           extract(epoch FROM due_at - COALESCE(last_attempt_at, now()))::float8 AS due_in
         FROM deliveries WHERE id = $1`,
        [id],
      );
      if (rows[0] === undefined) throw new Error(`no delivery ${id}`);
      return rows[0];
    },
    async hasten(id) {
      await pool.query('UPDATE deliveries SET due_at = now() WHERE id = $1', [id]);
      for (const sender of senders) sender.nudge();
    },
    send(targets, over = {}) {
      const sender = startDeliveries({
        pool,
        targets: new Map(Object.entries(targets)),
        allowsPrivate: true,
        vapid: undefined,
        userAgent: 'Orderbell/test',
        observe: {
          delivered: (kind) => observed.push(`${kind} delivered`),
          ended: (kind, reason, count = 1) => observed.push(`${kind} ${reason} ${count}`),
          attempted: (kind, outcome) => observed.push(`${kind} ${outcome}`),
        },
        logger,
        random: () => 0.5,
        ...over,
        times: { attempt: 1_000, grace: 100, ...over.times },
      });
      senders.push(sender);
      return sender;
    },
    async clear() {
      await stopSenders();
      lines.length = 0;
      observed.length = 0;
      await pool.query(
        'TRUNCATE deliveries, disabled_targets, push_subscriptions, notifications, receipts, shops',
      );
    },
    async tearDown() {
      await stopSenders();
      await database.drop();
    },
  };
}
