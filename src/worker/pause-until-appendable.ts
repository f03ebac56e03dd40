/** What the worker does while the log stays away: the broker has the deliveries back until an append goes through again. */

import type { Appended } from '../domain/log.ts';
import type { Notification } from '../domain/notification.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { retry } from '../platform/retry.ts';
import { WORKER_BACKOFF } from './timing.ts';

export interface PauseOptions {
  append(batch: readonly Notification[]): Promise<Appended[]>;
  requeueAll(): Promise<void>;
  resume(): Promise<void>;
  holdMs: number;
  signal: AbortSignal;
  logger: Logger;
}

/** `error` is the last one of the log. Resolves when deliveries come again, or the signal has aborted. */
export async function pauseUntilAppendable(error: unknown, options: PauseOptions): Promise<void> {
  const { append, requeueAll, resume, holdMs, signal, logger } = options;
  const fields = { heldMs: holdMs, error: messageOf(error) };
  logger.error(fields, 'the log is away for too long: the worker returns its deliveries to the queue');
  // It rejects where the channel has just been lost, and then the broker has them back as well.
  await requeueAll().catch((failure) =>
    logger.warn({ error: messageOf(failure) }, 'the deliveries were not returned'),
  );
  const tryToResume = async () => {
    await append([]);
    await resume();
  };
  const resumed = await retry(tryToResume, {
    backoff: WORKER_BACKOFF,
    signal,
    onFailure({ error, failures, waitMs }) {
      logger.warn({ error: messageOf(error), failures, waitMs }, 'the log is still away');
    },
  });
  if (resumed.outcome === 'done') logger.info('the log is back: the worker consumes again');
}
