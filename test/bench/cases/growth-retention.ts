/** What an append takes alone, and while retention removes what is older than 30 of the 40 days. */

import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { RETENTION_BATCH } from '../../../src/service/retention.ts';
import { appendNotifications } from '../../../src/shop-log/append.ts';
import { removeExpired } from '../../../src/shop-log/retention.ts';
import { type Latency, latencyOf } from '../statistics.ts';
import { makeNotification } from './growth-ids.ts';

/** Of each turn: alone and beside retention take turns, since other work on the machine comes and goes. */
const SECONDS = 10;
const TURNS = 3;
const EVERY_MS = 10;
const EVENTS = 5;
const DAYS = 30;

export interface RetentionFigures {
  alone: Latency;
  beside: Latency;
  removedPerSecond: number;
}

export async function measureRetention(pool: pg.Pool): Promise<RetentionFigures> {
  const alone: number[] = [];
  const beside: number[] = [];
  let removed = 0;
  let removingMs = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    await pool.query('CHECKPOINT');
    alone.push(...(await appendSteadily(pool)));
    await pool.query('CHECKPOINT');
    const stopping = new AbortController();
    const startedAt = performance.now();
    const removing = removeExpired(pool, { days: DAYS, batch: RETENTION_BATCH, signal: stopping.signal });
    beside.push(...(await appendSteadily(pool)));
    stopping.abort();
    removed += await removing;
    removingMs += performance.now() - startedAt;
  }
  return {
    alone: latencyOf(alone),
    beside: latencyOf(beside),
    removedPerSecond: removed / (removingMs / 1_000),
  };
}

/** From when each was due, one after the other: what waits for the one before counts. */
async function appendSteadily(pool: pg.Pool): Promise<number[]> {
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
  return samples;
}
