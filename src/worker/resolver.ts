/**
 * Upstream's word, beside the events that are logged: deliveries → batch → receipts → announce → acknowledge. Guarantees that a
 * delivery is settled only after the commit of its receipts, or when its dead letter is confirmed. It waits for no event of its
 * order: the log has them meet in any order.
 */

import type { ReceiptBatch } from '../domain/log.ts';
import type { Resolution } from '../domain/resolution.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type FailedAttempt, retry } from '../platform/retry.ts';
import type { Delivery } from './delivery.ts';
import type { WorkerObserver } from './observer.ts';
import type { RefusedDeliveries } from './refused-deliveries.ts';
import { secondsSince, WORKER_BACKOFF } from './timing.ts';
import { appendVerdictOf } from './verdict.ts';

export interface ResolverOptions<D extends Delivery> {
  /** Resolves with the receipts that are new. */
  resolve(batch: readonly Resolution[]): Promise<ReceiptBatch[]>;
  announceReceipts(batches: readonly ReceiptBatch[]): void;
  settle(deliveries: readonly D[]): void;
  refused: RefusedDeliveries<D>;
  /** The log stays away: resolves when deliveries come again. */
  pause(error: unknown): Promise<void>;
  maxBatch: number;
  /** How long a batch is held without being resolved. */
  holdMs: number;
  signal: AbortSignal;
  observe: Pick<WorkerObserver, 'appendFailed' | 'resolved'>;
  logger: Logger;
}

/** A delivery whose word is understood. */
interface Understood<D> {
  delivery: D;
  resolution: Resolution;
}

/** Postgres refuses a batch for the fault of one of these, or because a shop's log is damaged. */
interface Faulty<D> {
  items: readonly Understood<D>[];
  reason: 'unstorable' | 'log-damaged';
  detail: string;
}

export interface Resolver<D extends Delivery> {
  add(delivery: D, resolution: Resolution): void;
  /** Undefined where nothing is in hand. */
  readonly running: Promise<void> | undefined;
}

export function createResolver<D extends Delivery>(options: ResolverOptions<D>): Resolver<D> {
  const { signal, observe, logger, refused } = options;
  let collected: Understood<D>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (collected.length > 0) await store(collected.splice(0, options.maxBatch));
    running = undefined;
  }

  async function store(batch: readonly Understood<D>[]): Promise<void> {
    const heldSince = performance.now();
    const stored = await retry(() => attempt(batch), {
      backoff: WORKER_BACKOFF,
      signal,
      giveUp: () => performance.now() - heldSince > options.holdMs,
      onFailure: (failed) => report(failed, batch.length),
    });
    switch (stored.outcome) {
      case 'done':
        if (stored.value !== undefined) await storeInHalves(stored.value);
        break;
      case 'aborted':
        break;
      case 'gave-up':
        collected = [];
        await options.pause(stored.error);
        break;
    }
  }

  /** Resolves with what is at fault, if something is. Rejects where the same batch may do later. */
  async function attempt(batch: readonly Understood<D>[]): Promise<Faulty<D> | undefined> {
    const items = batch.filter(({ delivery }) => delivery.isLive());
    if (items.length === 0) return undefined;
    try {
      const receipts = await options.resolve(items.map(({ resolution }) => resolution));
      if (receipts.length > 0) options.announceReceipts(receipts);
    } catch (error) {
      const verdict = appendVerdictOf(error);
      observe.appendFailed(verdict);
      switch (verdict) {
        case 'isolate':
          return { items, reason: 'unstorable', detail: messageOf(error) };
        case 'damaged':
          return { items, reason: 'log-damaged', detail: messageOf(error) };
        case 'retry':
        case 'unexpected':
          throw error;
      }
    }
    options.settle(items.map(({ delivery }) => delivery));
    for (const { delivery } of items) {
      observe.resolved(delivery.raw.routingKey, secondsSince(delivery.receivedAt));
    }
    return undefined;
  }

  /** Finds the one at fault, which becomes a dead letter; the others are resolved. */
  async function storeInHalves({ items, reason, detail }: Faulty<D>): Promise<void> {
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      const { shopId, eventId } = only.resolution;
      if (reason === 'log-damaged') {
        logger.error({ shopId, eventId, error: detail }, 'the log of a shop is damaged');
      }
      refused.add(only.delivery, { reason, detail: `shop ${shopId}: ${detail}` }, eventId);
      return;
    }
    const middle = items.length >> 1;
    for (const half of [items.slice(0, middle), items.slice(middle)]) await store(half);
  }

  function report({ error, failures, waitMs }: FailedAttempt, deliveries: number): void {
    const fields = { error: messageOf(error), deliveries, failures, waitMs };
    if (appendVerdictOf(error) === 'unexpected') logger.error(fields, 'resolving failed unexpectedly');
    else if (failures > 1) logger.warn(fields, 'resolving failed');
  }

  return {
    add(delivery, resolution) {
      if (collected[0]?.delivery.isLive() === false) {
        collected = collected.filter((item) => item.delivery.isLive());
      }
      collected.push({ delivery, resolution });
      // A microtask later, so that all deliveries of one read of the socket make one batch.
      running ??= Promise.resolve().then(run);
    },
    get running() {
      return running;
    },
  };
}
