/**
 * The relay: moves events from an outbox to the broker, in the order of recording; those of this process by direct.ts.
 * Guarantees that a row leaves the outbox only when the broker
 * has confirmed its message, and that several relays share the rows without waiting for each other. A crash between the
 * confirm and the commit publishes twice; the log drops the repeat by the event's id.
 */

import type pg from 'pg';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { inTransaction } from '../platform/postgres.ts';
import { createRest } from '../platform/rest.ts';
import { type RetryOptions, retry } from '../platform/retry.ts';
import { claimEvents, forgetEvents, type OutboxRow, type OutboxTable } from './claim.ts';
import { createDirect, type Direct } from './direct.ts';
import type { RecordedEvent } from './record.ts';

/** What the relay does, as it happens. An observer must be quick and must not throw. */
export interface RelayObserver {
  claimed(waitedSeconds: number): void;
  confirmed(seconds: number): void;
  /** `code` is an error's, or `unknown`. */
  failed(code: string): void;
}

export interface RelayOptions {
  pool: pg.Pool;
  table: OutboxTable;
  /** Resolves when the broker has routed and confirmed the row's message. */
  publish(row: OutboxRow): Promise<void>;
  batchSize: number;
  pollSeconds: number;
  observe: RelayObserver;
  logger: Logger;
}

export interface Relay {
  /** This process has recorded and committed it: publishes it at once, or with the next cycle. Never throws. */
  publishRecorded(recorded: RecordedEvent): void;
  /** Something was recorded: look now instead of at the next poll. Never throws. */
  nudge(): void;
  /** Finishes the batch in hand. What is left waits in the outbox. */
  stop(): Promise<void>;
}

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

export function startRelay(options: RelayOptions): Relay {
  const { logger } = options;
  const stopping = new AbortController();
  const rest = createRest(stopping.signal); // what an earlier process left is looked for at once

  const direct = createDirect({
    ...options,
    publish: (row) => publishObserved(row, options),
    most: options.batchSize,
    onDeferred: rest.nudge,
  });

  /** Resolves with how many rows were relayed; rejects if one of them was not. */
  async function relayOnce(): Promise<number> {
    rest.look();
    const caughtUp = direct.beginCycle();
    const { claimed, failed } = await relayBatch(options, direct);
    if (failed !== undefined) throw failed;
    if (claimed < options.batchSize) caughtUp();
    return claimed;
  }

  const untilRelayed: RetryOptions = {
    backoff: BACKOFF,
    signal: stopping.signal,
    onFailure({ error, ...numbers }) {
      logger.warn(
        { outbox: options.table, error: messageOf(error), ...numbers },
        'the outbox could not be relayed',
      );
    },
  };

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const relayed = await retry(relayOnce, untilRelayed);
      if (relayed.outcome === 'done' && relayed.value < options.batchSize) {
        await rest.take(options.pollSeconds * 1000);
      }
    }
  }

  const running = run();
  return {
    publishRecorded: direct.offer,
    nudge: rest.nudge,
    async stop() {
      stopping.abort();
      rest.nudge();
      await Promise.all([running, direct.stop()]);
    },
  };
}

/** One transaction: claim, publish all, await all, delete the confirmed. `failed` is the first failure, if any. */
async function relayBatch(
  options: RelayOptions,
  direct: Direct,
): Promise<{ claimed: number; failed: unknown }> {
  return inTransaction(options.pool, async (client) => {
    const rows = await claimEvents(client, options.table, options.batchSize, direct.held());
    const outcomes = await Promise.allSettled(rows.map((row) => publishObserved(row, options)));
    const confirmed = rows.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    if (confirmed.length > 0) await forgetEvents(client, options.table, confirmed);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    return { claimed: rows.length, failed: failure?.reason };
  });
}

async function publishObserved(row: OutboxRow, { publish, observe, logger }: RelayOptions): Promise<void> {
  const { eventId, routingKey: key, waitedSeconds } = row;
  observe.claimed(waitedSeconds);
  const startedAt = performance.now();
  try {
    await publish(row);
  } catch (error) {
    observe.failed(error instanceof AppError ? error.code : 'unknown');
    logger.debug({ eventId, key, error: messageOf(error) }, 'an event was not published');
    throw error;
  }
  observe.confirmed((performance.now() - startedAt) / 1000);
  if (logger.isLevelEnabled('debug')) {
    logger.debug({ eventId, shopId: shopOf(row), key }, 'an event was published');
  }
}

function shopOf({ body }: OutboxRow): unknown {
  return JSON.parse(body).shopId;
}
