/**
 * The worker: deliveries → batch → log → announce → acknowledge. Guarantees that a delivery is settled only when its
 * event is in the log or its dead letter is confirmed, and that neither a bad message nor an outage loses a good one.
 *
 * Group commit: while one append is under way deliveries collect, and the next append takes them all; on a quiet line a
 * delivery is appended at once. All of a batch is announced in the turn in which the commit's answer arrives, so that
 * the gateway writes once per socket.
 */

import type { LoggedBatch } from '../domain/log.ts';
import { type Notification, type Templates, toNotification } from '../domain/notification.ts';
import { decodeOrderEvent, type RawEvent, type Refusal } from '../domain/order-event.ts';
import { backoffMs, delayOrAbort } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Appended } from './append.ts';
import type { WorkerObserver } from './observer.ts';
import { verdictOf } from './verdict.ts';

/** A message in hand. What it was made of stays with whoever settles it. */
export interface Delivery {
  raw: RawEvent;
  /** Milliseconds since 1970 by the publisher's clock, where it said so. */
  sentAt: number | undefined;
  /** Milliseconds of the monotonic clock. */
  receivedAt: number;
  /** False once the broker has taken it back: it will come again. */
  isLive(): boolean;
}

export interface WorkerOptions<D extends Delivery> {
  templates: Templates;
  append(batch: readonly Notification[]): Promise<Appended[]>;
  /** Must not await: all batches of one call reach the sockets in one turn. */
  announce(batches: readonly LoggedBatch[]): void;
  /** Resolves when the dead letter is confirmed. */
  deadLetter(delivery: D, refusal: Refusal): Promise<void>;
  settle(deliveries: readonly D[]): void;
  /** Gives all deliveries back to the broker and takes no more until `resume`. */
  giveBack(): Promise<void>;
  resume(): Promise<void>;
  /** After holding deliveries for so long without being able to append, they are given back. */
  holdMs: number;
  observe: WorkerObserver;
  logger: Logger;
}

export interface Worker<D extends Delivery> {
  take(delivery: D): void;
  /** Resolves when all that was taken is settled or given up as no longer live; take no more before. */
  finish(): Promise<void>;
  /** Stops retrying: what is not settled stays with the broker. */
  abandon(): void;
}

const BACKOFF = { initialMs: 50, maxMs: 5_000 };

export function createWorker<D extends Delivery>(options: WorkerOptions<D>): Worker<D> {
  const { observe, logger } = options;
  const abandoned = new AbortController();
  const refusals = new Set<Promise<void>>();
  let collected: D[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (collected.length > 0) {
      const batch = collected;
      collected = [];
      await settleBatch(batch);
    }
    running = undefined;
  }

  async function settleBatch(batch: D[]): Promise<void> {
    const notifications = new Map<D, Notification>();
    for (const delivery of batch) {
      const decoded = decodeOrderEvent(delivery.raw, new Date());
      if (decoded.ok) notifications.set(delivery, toNotification(decoded.event, options.templates));
      else refuse(delivery, decoded.refusal);
    }
    await appendUntilDone([...notifications.keys()], notifications);
  }

  /** Tries until every delivery is settled, refused or no longer live. */
  async function appendUntilDone(batch: D[], notifications: Map<D, Notification>): Promise<void> {
    const heldSince = performance.now();
    for (let failures = 0; ; ) {
      const live = batch.filter((delivery) => delivery.isLive());
      if (live.length === 0 || abandoned.signal.aborted) return;
      let outcomes: Appended[];
      const startedAt = performance.now();
      try {
        outcomes = await options.append(live.map((delivery) => get(notifications, delivery)));
      } catch (error) {
        const verdict = verdictOf(error);
        observe.appendFailed(verdict);
        const detail = messageOf(error);
        if (verdict === 'isolate') return appendOneByOne(live, notifications, detail);
        failures++;
        const waitMs = backoffMs(failures, BACKOFF);
        const fields = { error: detail, deliveries: live.length, failures, waitMs };
        if (verdict === 'unexpected') logger.error(fields, 'an append failed unexpectedly');
        else if (failures > 1) logger.warn(fields, 'an append failed');
        if (performance.now() - heldSince > options.holdMs) return restUntilAppendable();
        await delayOrAbort(waitMs, abandoned.signal);
        continue;
      }
      observe.appended(live.length, secondsSince(startedAt));
      return conclude(live, notifications, outcomes);
    }
  }

  /** A row of the batch cannot be stored; the good ones are, the bad one becomes a dead letter. */
  async function appendOneByOne(
    batch: D[],
    notifications: Map<D, Notification>,
    detail: string,
  ): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      return refuse(only, { reason: 'unstorable', detail }, get(notifications, only).eventId);
    }
    for (const delivery of batch) await appendUntilDone([delivery], notifications);
  }

  function conclude(
    batch: readonly D[],
    notifications: Map<D, Notification>,
    outcomes: readonly Appended[],
  ): void {
    const settled = new Map<D, Exclude<Appended, { outcome: 'conflict' }>>();
    const shops = new Map<string, LoggedBatch>();
    batch.forEach((delivery, index) => {
      const appended = outcomes[index];
      if (appended === undefined) return;
      if (appended.outcome === 'conflict') {
        const { eventId } = get(notifications, delivery);
        refuse(delivery, { reason: 'event-id-conflict', detail: appended.detail }, eventId);
        return;
      }
      settled.set(delivery, appended);
      const { logged, epoch } = appended;
      const shop = shops.get(logged.shopId);
      if (shop) shop.notifications.push(logged);
      else shops.set(logged.shopId, { shopId: logged.shopId, epoch, notifications: [logged] });
    });
    for (const shop of shops.values()) shop.notifications.sort((a, b) => a.seq - b.seq);
    const startedAt = performance.now();
    options.announce([...shops.values()]);
    observe.announced(secondsSince(startedAt));
    options.settle([...settled.keys()]);
    for (const [{ raw, receivedAt }, { outcome, logged }] of settled) {
      const { eventId, shopId, seq } = logged;
      observe.logged(raw.routingKey, outcome, secondsSince(receivedAt));
      logger.debug({ eventId, shopId, seq, outcome }, 'logged and announced');
    }
  }

  /** Goes on beside the batches: a dead letter that cannot be confirmed yet holds back nobody else. */
  function refuse(delivery: D, refusal: Refusal, eventId?: string): void {
    const confirmed = deadLetterUntilConfirmed(delivery, refusal, eventId);
    const attempt = confirmed.finally(() => refusals.delete(attempt));
    refusals.add(attempt);
  }

  async function deadLetterUntilConfirmed(delivery: D, refusal: Refusal, eventId?: string): Promise<void> {
    const { routingKey, messageId } = delivery.raw;
    for (let failures = 0; delivery.isLive() && !abandoned.signal.aborted; ) {
      try {
        await options.deadLetter(delivery, refusal);
        options.settle([delivery]);
        observe.refused(routingKey, refusal.reason);
        logger.warn({ eventId, routingKey, messageId, ...refusal }, 'a message was refused');
        return;
      } catch (error) {
        const waitMs = backoffMs(++failures, BACKOFF);
        const fields = { eventId, messageId, error: messageOf(error), failures, waitMs };
        logger.warn(fields, 'a dead letter was not confirmed');
        await delayOrAbort(waitMs, abandoned.signal);
      }
    }
  }

  /** The log has been away for too long: the broker has the deliveries back until an append goes through again. */
  async function restUntilAppendable(): Promise<void> {
    collected = [];
    logger.error({ heldMs: options.holdMs }, 'the log is away for too long: giving the deliveries back');
    // It rejects where the channel has just been lost, and then the broker has them back as well.
    await options.giveBack().catch((error) => logger.warn({ error: messageOf(error) }, 'giving back failed'));
    for (let failures = 0; !abandoned.signal.aborted; ) {
      try {
        await options.append([]);
        await options.resume();
        logger.info('the log is back: consuming again');
        return;
      } catch (error) {
        const waitMs = backoffMs(++failures, BACKOFF);
        logger.warn({ error: messageOf(error), failures, waitMs }, 'the log is still away');
        await delayOrAbort(waitMs, abandoned.signal);
      }
    }
  }

  return {
    take(delivery) {
      if (delivery.sentAt !== undefined) observe.delivered((Date.now() - delivery.sentAt) / 1000);
      collected.push(delivery);
      // A microtask later, so that all deliveries of one read of the socket make one batch.
      running ??= Promise.resolve().then(run);
    },
    async finish() {
      while (running !== undefined || refusals.size > 0) await Promise.all([running, ...refusals]);
    },
    abandon: () => abandoned.abort(),
  };
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}

function get<K, V>(map: Map<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error('a delivery without a notification');
  return value;
}
