/**
 * The watch for shops that should hear and do not. Guarantees that a shop is looked at within a second or two of what changes it,
 * by one of any number of watches; that what gateways wrote under a lease that has lapsed counts for nothing; and that the grace
 * of all shops begins anew where no watch looked for a while, as after an outage of Postgres: their sessions come back as well.
 *
 * A shop should hear where a policy applies, and a session that could sound was there once or a notification is open.
 */

import type pg from 'pg';
import type { EscalationTargets } from '../../domain/escalation-target.ts';
import { delayOrAbort } from '../../platform/backoff.ts';
import { startInterval } from '../../platform/interval.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Queryable } from '../../platform/postgres.ts';
import type { KnownPolicies } from '../engine/known-policies.ts';
import { type Looked, type LookParts, lookAtSilentShops } from './look.ts';
import { hastenEscalations, noteLook } from './silent-shops.ts';

/** What the watch did, once it is committed. */
export interface DeafWatchObserver {
  /** So many shops became deaf, or hear again. */
  changed(key: 'shop.deaf' | 'shop.hearing', count: number): void;
  /** A gateway did not renew its lease: it was killed, or frozen, or cut from Postgres. */
  leaseLapsed(): void;
}

export interface DeafWatchOptions {
  pool: pg.Pool;
  policies: KnownPolicies;
  targets: EscalationTargets;
  /** Deliveries were inserted, or escalations became due: called after each such commit. */
  onReported(): void;
  observe: DeafWatchObserver;
  logger: Logger;
  /** How many shops one transaction takes. */
  batch?: number;
  everyMs?: number;
}

export interface DeafWatch {
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;
const BATCH = 1_000;

export function startDeafWatch(options: DeafWatchOptions): DeafWatch {
  const { pool, logger, batch = BATCH, everyMs = EVERY_MS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const scan = createOpenShopScan(pool, batch);
  const parts = { ...options, batch, signal };
  const look = async () => {
    await removeLapsedGateways(parts);
    await scan();
    await lookAtAll(parts);
  };
  const repetition = startInterval('deaf watch', everyMs, look, logger);
  return {
    stop() {
      stopping.abort();
      return repetition.stop();
    },
  };
}

type WatchParts = DeafWatchOptions & LookParts & { signal: AbortSignal };

async function removeLapsedGateways({ pool, batch, signal, observe, logger }: WatchParts): Promise<void> {
  while (!signal.aborted) {
    const { rows } = await pool.query<{ is_gone: boolean; has_lapsed: boolean }>({
      name: 'remove-lapsed-gateway',
      text: 'SELECT is_gone, has_lapsed FROM remove_lapsed_gateway($1)',
      values: [batch],
    });
    const [removed] = rows;
    if (removed === undefined) return;
    if (!removed.is_gone || !removed.has_lapsed) continue;
    observe.leaseLapsed();
    logger.warn('a gateway has not renewed its lease: its shops are looked at');
  }
}

/** A batch a look, and from the beginning again after the last shop. */
function createOpenShopScan(pool: Queryable, batch: number): () => Promise<void> {
  let after = '';
  return async () => {
    const { rows } = await pool.query<{ last: string | null }>({
      name: 'note-silent-shops',
      text: 'SELECT note_silent_shops($1, $2) AS last',
      values: [after, batch],
    });
    after = rows[0]?.last ?? '';
  };
}

async function lookAtAll(parts: WatchParts): Promise<void> {
  while (!parts.signal.aborted) {
    await noteLook(parts.pool);
    const looked = await lookAtSilentShops(parts.pool, parts);
    report(looked, parts);
    await hastenRest(parts.pool, looked.unhastened);
    if (looked.due < parts.batch || looked.passedOver > 0) return;
  }
}

const NAMED = 10;

/** One line a batch: 100,000 shops may go at once. */
function report({ deaf, hearing }: Looked, { observe, onReported, logger }: WatchParts): void {
  if (deaf.length > 0) {
    observe.changed('shop.deaf', deaf.length);
    logger.warn(
      { shops: deaf.length, first: deaf.slice(0, NAMED) },
      'shops are deaf: no session of theirs can sound',
    );
  }
  if (hearing.length > 0) {
    observe.changed('shop.hearing', hearing.length);
    logger.info(
      { shops: hearing.length, first: hearing.slice(0, NAMED) },
      'shops that were deaf can be reached again',
    );
  }
  if (deaf.length + hearing.length > 0) onReported();
}

const HASTEN_TIMES = 20;
const HASTEN_MS = 50;

/** An engine had them in hand and may have seen a shop that was not deaf yet. Its transaction is short. */
async function hastenRest(pool: Queryable, shopIds: readonly string[]): Promise<void> {
  let left = shopIds;
  for (let time = 0; left.length > 0 && time < HASTEN_TIMES; time++) {
    await delayOrAbort(HASTEN_MS, new AbortController().signal);
    left = await hastenEscalations(pool, left);
  }
}
