/**
 * The relay: moves events from the outbox to the broker. Guarantees that a row leaves the outbox only when the broker
 * has confirmed its message, and that several relays share the rows without waiting for each other. A crash between the
 * confirm and the commit publishes twice; the log drops the repeat by the event's id.
 */

import type pg from 'pg';
import { backoffMs, delayOrAbort } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { inTransaction } from '../platform/postgres.ts';
import { claimEvents, forgetEvents, type OutboxRow } from './store.ts';

export interface RelayOptions {
  pool: pg.Pool;
  /** Resolves when the broker has routed and confirmed the row's message. */
  publish(row: OutboxRow): Promise<void>;
  batchSize: number;
  pollSeconds: number;
  logger: Logger;
}

export interface Relay {
  /** Something was recorded: look now instead of at the next poll. Never throws. */
  nudge(): void;
  /** Finishes the batch in hand. What is left waits in the outbox. */
  stop(): Promise<void>;
}

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

export function startRelay(options: RelayOptions): Relay {
  const { logger } = options;
  const stopping = new AbortController();
  let nudged = true; // what an earlier process left is looked for at once
  let wake = () => {};

  /** Resolves after the poll interval, or at the next nudge. */
  async function rest(): Promise<void> {
    if (nudged || stopping.signal.aborted) return;
    const woken = new AbortController();
    wake = () => woken.abort();
    await delayOrAbort(options.pollSeconds * 1000, woken.signal);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      nudged = false;
      try {
        const { claimed, failed } = await relayBatch(options);
        if (failed !== undefined) throw failed;
        failures = 0;
        if (claimed < options.batchSize) await rest();
      } catch (error) {
        failures++;
        const waitMs = backoffMs(failures, BACKOFF);
        logger.warn({ error: messageOf(error), failures, waitMs }, 'the outbox could not be relayed');
        await delayOrAbort(waitMs, stopping.signal);
      }
    }
  }

  const running = run();
  return {
    nudge() {
      nudged = true;
      wake();
    },
    stop() {
      stopping.abort();
      wake();
      return running;
    },
  };
}

/** One transaction: claim, publish all, await all, delete the confirmed. `failed` is the first failure, if any. */
async function relayBatch(options: RelayOptions): Promise<{ claimed: number; failed: unknown }> {
  return inTransaction(options.pool, async (client) => {
    const rows = await claimEvents(client, options.batchSize);
    const outcomes = await Promise.allSettled(rows.map((row) => options.publish(row)));
    const confirmed = rows.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    if (confirmed.length > 0) await forgetEvents(client, confirmed);
    for (const row of confirmed) options.logger.debug({ eventId: row.eventId }, 'event relayed');
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    return { claimed: rows.length, failed: failure?.reason };
  });
}
