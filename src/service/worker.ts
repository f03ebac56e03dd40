/** The role `worker`: from the queue to the log and the announcement; and the log kept to its time. */

import type { QueueDelivery } from '../broker/consumer.ts';
import { createDeadLetters } from '../broker/dead-letters/dead-letters.ts';
import { encodeLogged } from '../domain/announcement.ts';
import type { LoggedBatch } from '../domain/log.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeWorker } from '../metrics/observers.ts';
import { messageOf } from '../platform/errors.ts';
import { startInterval } from '../platform/interval.ts';
import { appendNotifications } from '../shop-log/append.ts';
import { removeExpired } from '../shop-log/retention.ts';
import { createWorker } from '../worker/worker.ts';

import type { BrokerLinks, ServiceContext } from './context.ts';

export async function runWorker(
  context: ServiceContext,
  broker: BrokerLinks,
  gateway: Gateway | undefined,
): Promise<void> {
  const { config, names, overrides, pool, logger } = context;
  const { consumer } = broker;
  const deadLetters = createDeadLetters(broker.publisher, names);
  const announce = (batches: readonly LoggedBatch[]) => {
    gateway?.offer(batches);
    for (const announcement of encodeLogged(batches)) broker.broadcast(announcement);
  };
  const worker = createWorker<QueueDelivery>({
    templates: config.notification.templates,
    append: (batch) => appendNotifications(pool, batch),
    announce: (batches) => (overrides.announce ? overrides.announce(batches, announce) : announce(batches)),
    deadLetter: (delivery, refused) => deadLetters.publish(delivery, refused),
    settle: (deliveries) => consumer.settle(deliveries),
    requeueAll: () => consumer.requeueAll(),
    resume: () => consumer.start(),
    maxBatch: config.worker.maxBatch,
    holdMs: config.worker.holdSeconds * 1000,
    observe: observeWorker(context.registry),
    logger,
  });
  broker.onDelivery = (delivery) => worker.take(delivery);
  await consumer.start();
  context.onStop('give up what the worker cannot settle', () => worker.abandon());
  const finish = async () => {
    // Where the link has just been lost the broker has cancelled it already.
    await consumer
      .cancel()
      .catch((error) => logger.warn({ error: messageOf(error) }, 'the consumer was not cancelled'));
    await worker.finish();
  };
  context.onStop('finish the batch in hand', finish, context.stepMs);
}

const RETENTION_EVERY_MS = 600_000;
const RETENTION_BATCH = 500;

/** Each worker looks now and then; the shops' locks keep two of them apart. */
export function runRetention({ config, pool, logger, onStop, stepMs }: ServiceContext): void {
  const days = config.log.retentionDays;
  if (days === 0) return;
  const stopping = new AbortController();
  const work = async () => {
    const { signal } = stopping;
    const removed = await removeExpired(pool, { days, batch: RETENTION_BATCH, signal });
    if (removed > 0) logger.info({ removed, days }, 'removed what is older than the log is kept');
  };
  const repetition = startInterval('retention', RETENTION_EVERY_MS, work, logger);
  const stop = () => {
    stopping.abort();
    return repetition.stop();
  };
  onStop('stop removing', stop, stepMs);
}
