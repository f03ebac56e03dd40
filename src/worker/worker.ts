/**
 * The worker: deliveries → batch → log → announce → acknowledge. Guarantees that a delivery is settled only when its
 * event is in the log or its dead letter is confirmed, and that neither a bad message nor an outage loses a good one.
 *
 * Group commit: while one append is under way deliveries collect, and the next append takes them, up to `maxBatch`; on a
 * quiet line a delivery is appended at once, and announced in the turn of the commit's answer. Where more was collected
 * the next append goes out first, so that the log is not kept waiting.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Appended, LoggedBatch } from '../domain/log.ts';
import { type Notification, type Templates, toNotification } from '../domain/notification.ts';
import { decodeOrderEvent, type RawEvent, type Refusal } from '../domain/order-event.ts';
import { backoffMs, delayOrAbort } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
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
  requeueAll(): Promise<void>;
  resume(): Promise<void>;
  /** The most that are appended at once. */
  maxBatch: number;
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

/**
 * From 16 in a turn on, writing to a socket costs next to nothing for each; with all of a large batch nobody else would
 * have a turn for tens of milliseconds, and a socket would have to take hundreds of kilobytes at once.
 */
const ANNOUNCED_A_TURN = 250;

/** A delivery, and what is to be logged for it. */
interface Item<D> {
  delivery: D;
  notification: Notification;
}

/** What the log answered to a batch, an outcome for each of its items. */
interface Answer<D> {
  items: readonly Item<D>[];
  outcomes: readonly Appended[];
}

export function createWorker<D extends Delivery>(options: WorkerOptions<D>): Worker<D> {
  const { observe, logger } = options;
  const abandoned = new AbortController();
  const refusals = new Set<Promise<void>>();
  let collected: Item<D>[] = [];
  let running: Promise<void> | undefined;

  /** While the log takes one batch, the one before is told of and the one after is decoded: both sides work at once. */
  async function run(): Promise<void> {
    let answer: Answer<D> | undefined;
    do {
      const batch = collected.splice(0, options.maxBatch);
      const appending = batch.length === 0 ? undefined : appendUntilDone(batch);
      if (answer !== undefined) {
        if (appending !== undefined) await nextTurn(); // by then the append has been sent
        await conclude(answer);
      }
      answer = await appending;
    } while (answer !== undefined || collected.length > 0);
    running = undefined;
  }

  /** Tries until every item is logged, refused or no longer live; the answer is what is to be told of them. */
  async function appendUntilDone(batch: readonly Item<D>[]): Promise<Answer<D> | undefined> {
    const heldSince = performance.now();
    for (let failures = 0; ; ) {
      const items = batch.filter(({ delivery }) => delivery.isLive());
      if (items.length === 0 || abandoned.signal.aborted) return undefined;
      const startedAt = performance.now();
      try {
        const outcomes = await options.append(items.map(({ notification }) => notification));
        observe.appended(items.length, secondsSince(startedAt));
        return { items, outcomes };
      } catch (error) {
        const verdict = verdictOf(error);
        observe.appendFailed(verdict);
        const detail = messageOf(error);
        if (verdict === 'isolate' || verdict === 'damaged') {
          await appendInHalves(items, verdict, detail);
          return undefined;
        }
        failures++;
        const waitMs = backoffMs(failures, BACKOFF);
        const fields = { error: detail, deliveries: items.length, failures, waitMs };
        if (verdict === 'unexpected') logger.error(fields, 'an append failed unexpectedly');
        else if (failures > 1) logger.warn(fields, 'an append failed');
        if (performance.now() - heldSince > options.holdMs) {
          await restUntilAppendable();
          return undefined;
        }
        await delayOrAbort(waitMs, abandoned.signal);
      }
    }
  }

  /** A row of the batch cannot be stored, or a shop's log is damaged: the others are logged, that is a dead letter. */
  async function appendInHalves(
    items: readonly Item<D>[],
    verdict: 'isolate' | 'damaged',
    detail: string,
  ): Promise<void> {
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      const { shopId, eventId } = only.notification;
      if (verdict === 'isolate') return refuse(only.delivery, { reason: 'unstorable', detail }, eventId);
      logger.error({ shopId, eventId, error: detail }, 'the log of a shop is damaged');
      return refuse(only.delivery, { reason: 'log-damaged', detail: `shop ${shopId}: ${detail}` }, eventId);
    }
    const middle = items.length >> 1;
    for (const half of [items.slice(0, middle), items.slice(middle)]) {
      const answer = await appendUntilDone(half);
      if (answer !== undefined) await conclude(answer);
    }
  }

  /** Tells of what is logged, in as few turns as may be: the gateway writes once a turn and socket. */
  async function conclude({ items, outcomes }: Answer<D>): Promise<void> {
    const settled: { delivery: D; appended: Exclude<Appended, { outcome: 'conflict' }> }[] = [];
    const shops = new Map<string, LoggedBatch>();
    items.forEach(({ delivery, notification }, index) => {
      const appended = outcomes[index];
      if (appended === undefined) return;
      if (appended.outcome === 'conflict') {
        const refusal: Refusal = { reason: 'event-id-conflict', detail: appended.detail };
        refuse(delivery, refusal, notification.eventId);
        return;
      }
      settled.push({ delivery, appended });
      const { logged, epoch } = appended;
      const shop = shops.get(logged.shopId);
      if (shop) shop.notifications.push(logged);
      else shops.set(logged.shopId, { shopId: logged.shopId, epoch, notifications: [logged] });
    });
    for (const shop of shops.values()) shop.notifications.sort((a, b) => a.seq - b.seq);
    let turns = 0;
    for (const batches of turnsOf(shops.values(), ANNOUNCED_A_TURN)) {
      if (turns++ > 0) await nextTurn();
      const startedAt = performance.now();
      options.announce(batches);
      observe.announced(secondsSince(startedAt));
    }
    options.settle(settled.map(({ delivery }) => delivery));
    for (const { delivery, appended } of settled) {
      const { raw, receivedAt } = delivery;
      const { outcome, logged } = appended;
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
    await options
      .requeueAll()
      .catch((error) => logger.warn({ error: messageOf(error) }, 'giving back failed'));
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
      const now = new Date();
      if (delivery.sentAt !== undefined) observe.delivered((now.getTime() - delivery.sentAt) / 1000);
      const decoded = decodeOrderEvent(delivery.raw, now);
      if (!decoded.ok) return refuse(delivery, decoded.refusal);
      // A link that is lost again and again while the log is away would leave ever more that the broker has back.
      if (collected[0]?.delivery.isLive() === false) {
        collected = collected.filter((item) => item.delivery.isLive());
      }
      collected.push({ delivery, notification: toNotification(decoded.event, options.templates) });
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

/** Parts of at most so many notifications, as few as possible, each shop's in their order. */
function* turnsOf(shops: Iterable<LoggedBatch>, most: number): Generator<LoggedBatch[]> {
  let turn: LoggedBatch[] = [];
  let room = most;
  for (const { shopId, epoch, notifications } of shops) {
    for (let from = 0; from < notifications.length; ) {
      const part = notifications.slice(from, from + room);
      turn.push({ shopId, epoch, notifications: part });
      from += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield turn;
      turn = [];
      room = most;
    }
  }
  if (turn.length > 0) yield turn;
}
