/**
 * Deliveries on their way to the dead letters. Guarantees that one is settled only after its dead letter is confirmed,
 * however often that takes, and that it holds back no other delivery meanwhile.
 */

import type { Refusal } from '../domain/order-event.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { retry } from '../platform/retry.ts';
import type { Delivery } from './delivery.ts';
import type { WorkerObserver } from './observer.ts';
import { WORKER_BACKOFF } from './timing.ts';

export interface RefusedDeliveriesOptions<D extends Delivery> {
  /** Resolves when the dead letter is confirmed. */
  deadLetter(delivery: D, refusal: Refusal): Promise<void>;
  settle(deliveries: readonly D[]): void;
  /** Ends all attempts: what is not settled then stays with the broker. */
  signal: AbortSignal;
  observe: WorkerObserver;
  logger: Logger;
}

export interface RefusedDeliveries<D extends Delivery> {
  /** `eventId` is for the log, if the event could be decoded. */
  add(delivery: D, refusal: Refusal, eventId?: string): void;
  isEmpty(): boolean;
  /** Resolves when those of now are settled, no longer live, or given up. */
  settled(): Promise<void>;
}

export function createRefusedDeliveries<D extends Delivery>(
  options: RefusedDeliveriesOptions<D>,
): RefusedDeliveries<D> {
  const { signal, observe, logger } = options;
  const underWay = new Set<Promise<void>>();

  async function deadLetterUntilConfirmed(delivery: D, refusal: Refusal, eventId?: string): Promise<void> {
    const { routingKey, messageId } = delivery.raw;
    const confirm = async () => {
      if (!delivery.isLive()) return;
      await options.deadLetter(delivery, refusal);
      options.settle([delivery]);
      observe.refused(routingKey, refusal.reason);
      logger.warn({ eventId, routingKey, messageId, ...refusal }, 'a message was refused');
    };
    await retry(confirm, {
      backoff: WORKER_BACKOFF,
      signal,
      onFailure({ error, failures, waitMs }) {
        const fields = { eventId, messageId, error: messageOf(error), failures, waitMs };
        logger.warn(fields, 'a dead letter was not confirmed');
      },
    });
  }

  return {
    add(delivery, refusal, eventId) {
      const confirmed = deadLetterUntilConfirmed(delivery, refusal, eventId);
      const removed = confirmed.finally(() => underWay.delete(removed));
      underWay.add(removed);
    },
    isEmpty: () => underWay.size === 0,
    async settled() {
      await Promise.all(underWay);
    },
  };
}
