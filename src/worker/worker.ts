/**
 * The worker: deliveries → batch → log → announce → acknowledge. Guarantees that a delivery is settled only when its
 * event is in the log or its dead letter is confirmed, and that neither a bad message nor an outage loses a good one.
 *
 * Group commit: while one append is under way deliveries collect, and the next append takes them, up to `maxBatch`; on a
 * quiet line a delivery is appended at once, and announced in the turn of the commit's answer. Where more was collected
 * the next append goes out first, so that the log is not kept waiting.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Appended, LoggedBatch, ReceiptBatch } from '../domain/log.ts';
import { type Notification, type Templates, toNotification } from '../domain/notification.ts';
import { decodeUpstream, type Refusal } from '../domain/order-event.ts';
import type { Resolution } from '../domain/resolution.ts';
import type { Logger } from '../platform/logger.ts';
import { appendBatch, type FaultyItems, type LoggedItems } from './append-batch.ts';
import type { Delivery, Item } from './delivery.ts';
import type { WorkerObserver } from './observer.ts';
import { pauseUntilAppendable } from './pause-until-appendable.ts';
import { createRefusedDeliveries } from './refused-deliveries.ts';
import { createResolver } from './resolver.ts';
import { settleLogged } from './settle-logged.ts';
import type { WorkerSpans } from './spans.ts';

export interface WorkerOptions<D extends Delivery> {
  templates: Templates;
  append(batch: readonly Notification[]): Promise<Appended[]>;
  /** Resolves with the receipts that are new. */
  resolve(batch: readonly Resolution[]): Promise<ReceiptBatch[]>;
  announceReceipts(batches: readonly ReceiptBatch[]): void;
  /** Must not await: all batches of one call reach the sockets in one turn. */
  announce(batches: readonly LoggedBatch[]): void;
  /** Resolves when the dead letter is confirmed. */
  deadLetter(delivery: D, refusal: Refusal): Promise<void>;
  settle(deliveries: readonly D[]): void;
  /** Returns all deliveries to the broker and takes no more until `resume`. */
  requeueAll(): Promise<void>;
  resume(): Promise<void>;
  /** The most that are appended at once. */
  maxBatch: number;
  /** Deliveries that could not be appended for so long are returned. */
  holdMs: number;
  observe: WorkerObserver;
  /** Undefined: nothing is traced. */
  spans?: WorkerSpans<D> | undefined;
  logger: Logger;
}

export interface Worker<D extends Delivery> {
  take(delivery: D): void;
  /** Resolves when all that was taken is settled or given up as no longer live; take no more before. */
  finish(): Promise<void>;
  /** Stops retrying: what is not settled stays with the broker. */
  abandon(): void;
}

export function createWorker<D extends Delivery>(options: WorkerOptions<D>): Worker<D> {
  const { observe, logger } = options;
  const abandoned = new AbortController();
  const { signal } = abandoned;
  const appending = { ...options, signal };
  const refused = createRefusedDeliveries(appending);
  let collected: Item<D>[] = [];
  let running: Promise<void> | undefined;
  let pausing: Promise<void> | undefined;

  /** One pause for both pipelines. */
  function pause(error: unknown): Promise<void> {
    pausing ??= pauseUntilAppendable(error, appending).finally(() => {
      pausing = undefined;
    });
    return pausing;
  }
  const resolver = createResolver({ ...appending, refused, pause });

  /** While the log takes one batch, the one before is announced and the one after is decoded: both sides work at once. */
  async function run(): Promise<void> {
    let logged: LoggedItems<D> | undefined;
    do {
      const batch = collected.splice(0, options.maxBatch);
      const underWay = batch.length === 0 ? undefined : append(batch);
      if (logged !== undefined) {
        if (underWay !== undefined) await nextTurn(); // by then the append has been sent
        await settleLogged(logged, refused, options);
      }
      logged = await underWay;
    } while (logged !== undefined || collected.length > 0);
    running = undefined;
  }

  /** Resolves with what is to be announced, when every item is logged, refused or no longer live. */
  async function append(batch: readonly Item<D>[]): Promise<LoggedItems<D> | undefined> {
    const appended = await appendBatch(batch, appending);
    switch (appended.result) {
      case 'logged':
        return appended;
      case 'faulty':
        await appendInHalves(appended);
        return undefined;
      case 'held-too-long':
        collected = [];
        await pause(appended.error);
        return undefined;
      case 'none':
        return undefined;
    }
  }

  /** Finds the item at fault, which becomes a dead letter; the others are logged. */
  async function appendInHalves(faulty: FaultyItems<D>): Promise<void> {
    const { items } = faulty;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return refuseFaulty(only, faulty);
    const middle = items.length >> 1;
    for (const half of [items.slice(0, middle), items.slice(middle)]) {
      const logged = await append(half);
      if (logged !== undefined) await settleLogged(logged, refused, options);
    }
  }

  function refuseFaulty(
    { delivery, notification, span }: Item<D>,
    { verdict, detail }: FaultyItems<D>,
  ): void {
    const { shopId, eventId } = notification;
    switch (verdict) {
      case 'isolate':
        span?.refused('unstorable');
        refused.add(delivery, { reason: 'unstorable', detail }, eventId);
        break;
      case 'damaged':
        logger.error({ shopId, eventId, error: detail }, 'the log of a shop is damaged');
        span?.refused('log-damaged');
        refused.add(delivery, { reason: 'log-damaged', detail: `shop ${shopId}: ${detail}` }, eventId);
        break;
    }
  }

  return {
    take(delivery) {
      const now = new Date();
      if (delivery.sentAt !== undefined) observe.delivered((now.getTime() - delivery.sentAt) / 1000);
      const decoded = decodeUpstream(delivery.raw, now);
      if ('resolution' in decoded) return resolver.add(delivery, decoded.resolution);
      const span = options.spans?.begin(delivery);
      if (!decoded.ok) {
        span?.refused(decoded.refusal.reason);
        return refused.add(delivery, decoded.refusal);
      }
      // A link that is lost again and again while the log is away would leave ever more that the broker has back.
      if (collected[0]?.delivery.isLive() === false) {
        collected = collected.filter((item) => item.delivery.isLive());
      }
      const notification = toNotification(decoded.event, options.templates);
      if (delivery.sentAt !== undefined) notification.publishedAt = delivery.sentAt;
      collected.push({ delivery, notification, span });
      // A microtask later, so that all deliveries of one read of the socket make one batch.
      running ??= Promise.resolve().then(run);
    },
    async finish() {
      while (running !== undefined || resolver.running !== undefined || !refused.isEmpty()) {
        await Promise.all([running, resolver.running, refused.settled()]);
      }
    },
    abandon: () => abandoned.abort(),
  };
}
