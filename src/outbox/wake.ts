/**
 * Waking relays in other processes through Postgres. Guarantees nothing: a relay that misses a wake-up finds the row at its
 * next poll. Used only where no relay runs in the process that records, since NOTIFY takes a lock of the whole database
 * at commit.
 */

import pg from 'pg';
import { backoffMs, delayOrAbort } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Queryable } from '../platform/postgres.ts';
import { retry } from '../platform/retry.ts';

const CHANNEL = 'orderbell_outbox';

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

/** Something was recorded, and that is committed. Resolves when Postgres has passed it on. */
export async function wakeRelays(pool: Queryable): Promise<void> {
  await pool.query(`NOTIFY ${CHANNEL}`);
}

export interface WakeListener {
  stop(): Promise<void>;
}

/**
 * Calls `onWake` at each wake-up, and after each new connection, since some may have been missed before; `onUp` after
 * each new connection only.
 */
export function listenForWakes(
  databaseUrl: string,
  onWake: () => void,
  logger: Logger,
  onUp: () => void = () => {},
): WakeListener {
  const stopping = new AbortController();

  function warn(error: unknown): void {
    if (!stopping.signal.aborted) logger.warn({ error: messageOf(error) }, 'cannot listen for the outbox');
  }

  /** Resolves when a connection that listened has ended, or at a stop. Rejects where it could not listen. */
  async function listenOnce(): Promise<void> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    let stop = () => {};
    const over = new Promise<void>((resolve, reject) => {
      stop = resolve;
      client.on('end', resolve);
      client.on('error', reject);
    });
    stopping.signal.addEventListener('abort', stop, { once: true });
    over.catch(() => {});
    try {
      // Ended while it connects, a client would never say so.
      await Promise.race([client.connect(), over]);
      if (stopping.signal.aborted) return;
      client.on('notification', onWake);
      await client.query(`LISTEN ${CHANNEL}`);
      onUp();
      onWake();
      await over.catch(warn);
    } finally {
      stopping.signal.removeEventListener('abort', stop);
      client.end().catch(() => {}); // it may never have been connected
    }
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      await retry(listenOnce, { backoff: BACKOFF, signal, onFailure: ({ error }) => warn(error) });
      await delayOrAbort(backoffMs(1, BACKOFF), signal);
    }
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
