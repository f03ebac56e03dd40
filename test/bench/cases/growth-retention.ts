/** What an append takes alone, and while retention removes what is older than 30 of the 40 days. */

import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { removeExpired } from '../../../src/shop-log/retention.ts';
import { type Latency, latencyOf } from '../statistics.ts';
import { makeNotification } from './growth-ids.ts';

const SECONDS = 30;
const EVERY_MS = 10;
const EVENTS = 5;
const DAYS = 30;
/** As the service has it. */
const BATCH = 500;

export interface RetentionFigures {
  alone: Latency;
  beside: Latency;
  removedPerSecond: number;
}

export async function measureRetention(pool: pg.Pool): Promise<RetentionFigures> {
  await pool.query('CHECKPOINT');
  const alone = await appendSteadily(pool);
  const stopping = new AbortController();
  await pool.query('CHECKPOINT');
  const started = performance.now();
  const removing = removeExpired(pool, { days: DAYS, batch: BATCH, signal: stopping.signal });
  const beside = await appendSteadily(pool);
  stopping.abort();
  const removed = await removing;
  return { alone, beside, removedPerSecond: removed / ((performance.now() - started) / 1_000) };
}

/** From when each was due, one after the other: what waits for the one before counts. */
async function appendSteadily(pool: pg.Pool): Promise<Latency> {
  const samples: number[] = [];
  const started = performance.now();
  for (let due = started; due < started + SECONDS * 1_000; due += EVERY_MS) {
    const early = due - performance.now();
    if (early > 0) await pause(early);
    await appendNotifications(
      pool,
      Array.from({ length: EVENTS }, () => makeNotification('ordered')),
    );
    samples.push(performance.now() - due);
  }
  return latencyOf(samples);
}
