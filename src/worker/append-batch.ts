/** Appending one batch to the log, however often it takes. Decides nothing but whether to try again. */

import type { Appended } from '../domain/log.ts';
import type { Notification } from '../domain/notification.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type FailedAttempt, retry } from '../platform/retry.ts';
import type { Delivery, Item } from './delivery.ts';
import type { WorkerObserver } from './observer.ts';
import type { AppendSpans } from './spans.ts';
import { secondsSince, WORKER_BACKOFF } from './timing.ts';
import { appendVerdictOf } from './verdict.ts';

export interface AppendBatchOptions {
  append(batch: readonly Notification[]): Promise<Appended[]>;
  /** How long a batch is held without being appended. */
  holdMs: number;
  signal: AbortSignal;
  observe: WorkerObserver;
  spans?: AppendSpans | undefined;
  logger: Logger;
}

/** The log's answer to a batch, an outcome for each of its items. */
export interface LoggedItems<D> {
  items: readonly Item<D>[];
  outcomes: readonly Appended[];
}

/** Postgres refuses the whole batch for the fault of one row, or because a shop's log is damaged. */
export interface FaultyItems<D> {
  items: readonly Item<D>[];
  verdict: 'isolate' | 'damaged';
  detail: string;
}

/** `none`: no delivery is live any more, or the signal aborted. `held-too-long`: the log stays away. */
export type BatchResult<D> =
  | ({ result: 'logged' } & LoggedItems<D>)
  | ({ result: 'faulty' } & FaultyItems<D>)
  | { result: 'held-too-long'; error: unknown }
  | { result: 'none' };

/** Tries until the live items of the batch are logged, are found faulty, or were held for too long. */
export async function appendBatch<D extends Delivery>(
  batch: readonly Item<D>[],
  { append, holdMs, signal, observe, spans, logger }: AppendBatchOptions,
): Promise<BatchResult<D>> {
  const heldSince = performance.now();

  async function attempt(): Promise<BatchResult<D>> {
    const items = batch.filter(({ delivery }) => delivery.isLive());
    if (items.length === 0) return { result: 'none' };
    const startedAt = performance.now();
    const span = spans?.beginAppend(items);
    try {
      const outcomes = await append(items.map(({ notification }) => notification));
      span?.end();
      observe.appended(items.length, secondsSince(startedAt));
      return { result: 'logged', items, outcomes };
    } catch (error) {
      const verdict = appendVerdictOf(error);
      span?.end(verdict);
      observe.appendFailed(verdict);
      switch (verdict) {
        case 'isolate':
        case 'damaged':
          return { result: 'faulty', items, verdict, detail: messageOf(error) };
        case 'retry':
        case 'unexpected':
          throw error;
      }
    }
  }

  function report({ error, failures, waitMs }: FailedAttempt): void {
    const fields = { error: messageOf(error), deliveries: batch.length, failures, waitMs };
    if (appendVerdictOf(error) === 'unexpected') logger.error(fields, 'an append failed unexpectedly');
    else if (failures > 1) logger.warn(fields, 'an append failed');
  }

  const appended = await retry(attempt, {
    backoff: WORKER_BACKOFF,
    signal,
    giveUp: () => performance.now() - heldSince > holdMs,
    onFailure: report,
  });
  switch (appended.outcome) {
    case 'done':
      return appended.value;
    case 'aborted':
      return { result: 'none' };
    case 'gave-up':
      return { result: 'held-too-long', error: appended.error };
  }
}
