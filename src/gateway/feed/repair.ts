/** Reads what a feed misses until it has all of it. One reader runs at a time, and waits while the log is away. */

import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { type RetryOptions, retry } from '../../platform/retry.ts';

export interface RepairOptions {
  shopId: string;
  /** False also where the feed is closed. */
  isNeeded(): boolean;
  /** Reads once. True where it published what was not announced. Rejects while the log is away. */
  read(): Promise<boolean>;
  /** A repair has ended that published what was not announced. */
  onRepaired(): void;
  /** Ends the wait for the log. */
  signal: AbortSignal;
  logger: Logger;
}

export interface Repair {
  /** Starts where it is needed and not under way. */
  start(): void;
  /** Resolves when the repair under way has ended; undefined where there is none. Never rejects. */
  readonly underway: Promise<void> | undefined;
}

const BACKOFF = { initialMs: 100, maxMs: 5_000 };

export function createRepair(options: RepairOptions): Repair {
  const { shopId, isNeeded, signal, logger } = options;
  let underway: Promise<void> | undefined;

  const untilRead: RetryOptions = {
    backoff: BACKOFF,
    signal,
    onFailure({ error, failures, waitMs }) {
      logger.warn({ shopId, error: messageOf(error), failures, waitMs }, 'a gap was not read');
    },
  };

  async function readIfNeeded(): Promise<boolean> {
    return isNeeded() && options.read();
  }

  async function run(): Promise<void> {
    let repaired = false;
    while (isNeeded()) {
      const read = await retry(readIfNeeded, untilRead);
      if (read.outcome !== 'done') break;
      repaired ||= read.value;
    }
    if (repaired) options.onRepaired();
  }

  function start(): void {
    if (underway !== undefined || !isNeeded()) return;
    underway = run().finally(() => {
      underway = undefined;
      start(); // an item may have become wanted since the last look
    });
  }

  return {
    start,
    get underway() {
      return underway;
    },
  };
}
