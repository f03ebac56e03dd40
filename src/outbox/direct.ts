/**
 * Publishing an event at once after its commit, by the process that made it, instead of by the relay's next cycle. The
 * outbox stays the safety net: a row is removed, with others, only after the broker has confirmed its message, and the
 * relay takes whatever is not published here. Guarantees that no event overtakes an earlier one that this process has left
 * to the relay, nor one that has waited for more than a second in any process: it is left to the relay as well, which
 * publishes in the order of recording.
 *
 * | state     | an event is          | ends by                                                                      |
 * | --------- | -------------------- | ---------------------------------------------------------------------------- |
 * | behind    | left to the relay    | a cycle of the relay that began after the last one left nothing → caught up  |
 * | caught up | published here       | one is not confirmed, is behind others, or too many are under way → behind   |
 */

import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { forgetEvents, type OutboxRow, type OutboxTable } from './claim.ts';
import type { RecordedEvent } from './record.ts';

export interface DirectOptions {
  pool: pg.Pool;
  table: OutboxTable;
  publish(row: OutboxRow): Promise<void>;
  /** The most that are under way at a time. */
  most: number;
  /** An event was left to the relay. */
  onDeferred(): void;
  logger: Logger;
}

export interface Direct {
  /** Publishes it, or leaves it to the relay. To be called after the commit, in the order of commits. */
  offer(recorded: RecordedEvent): void;
  /** The rows that are being published or removed here. */
  held(): string[];
  /** A cycle of the relay begins. What it returns is to be called if the cycle left no row behind. */
  beginCycle(): () => void;
  /** Leaves everything to the relay from now on. Resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** How long a confirmed row waits to be removed together with others. */
const REMOVE_MS = 100;

export function createDirect(options: DirectOptions): Direct {
  const { pool, table, most, logger } = options;
  const held = new Set<string>();
  const publishing = new Set<Promise<void>>();
  let confirmed: OutboxRow[] = [];
  let removing: Promise<void> | undefined;
  let isCaughtUp = false;
  let isStopped = false;
  let deferred = 0;

  function defer(row: OutboxRow): void {
    held.delete(row.id);
    deferred++;
    isCaughtUp = false;
    options.onDeferred();
  }

  async function publish(row: OutboxRow): Promise<void> {
    held.add(row.id);
    try {
      await options.publish(row);
    } catch {
      defer(row); // the one that publishes has reported it
      return;
    }
    confirmed.push(row);
    removing ??= removeSoon();
  }

  async function removeSoon(): Promise<void> {
    while (confirmed.length > 0) {
      if (!isStopped) await pause(REMOVE_MS);
      const rows = confirmed;
      confirmed = [];
      try {
        await forgetEvents(pool, table, rows);
        for (const { id } of rows) held.delete(id);
      } catch (error) {
        logger.warn({ outbox: table, error: messageOf(error) }, 'published events were not removed');
        for (const row of rows) defer(row);
      }
    }
    removing = undefined;
  }

  return {
    offer({ row, isBehind }) {
      if (!isCaughtUp || isStopped || isBehind || publishing.size >= most) return defer(row);
      const published = publish(row).finally(() => publishing.delete(published));
      publishing.add(published);
    },
    held: () => [...held],
    beginCycle() {
      const before = deferred;
      return () => {
        if (deferred === before) isCaughtUp = true;
      };
    },
    async stop() {
      isStopped = true;
      while (publishing.size > 0 || removing !== undefined) await Promise.all([...publishing, removing]);
    },
  };
}
