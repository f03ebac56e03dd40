/** The role `worker`: from the queue to the log and the announcement. */

import { createConsumer, type QueueConsumer } from '../broker/consumer.ts';
import { createDeadLetters } from '../broker/dead-letters/dead-letters.ts';
import type { QueueDelivery } from '../broker/queue-delivery.ts';
import { encodeLogged, encodeResolved } from '../domain/announcement.ts';
import type { LoggedBatch } from '../domain/log.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeWorker } from '../metrics/observers.ts';
import { messageOf } from '../platform/errors.ts';
import { createOwnConnection } from '../platform/own-connection.ts';
import { appendNotifications } from '../shop-log/append.ts';
import { resolveNotifications } from '../shop-log/resolve.ts';
import { createWorker, type Worker } from '../worker/worker.ts';
import type { BrokerSenders } from './broker.ts';
import type { ServiceContext } from './context.ts';

export interface WorkerRole {
  /** Receives over the link that it is attached to, once the role has started. */
  consumer: QueueConsumer;
  /** Consumes from now on. Its deliveries are finished at the end. */
  start(): Promise<void>;
}

/** The consumer feeds the worker, and the worker settles what the consumer has brought. */
export function buildWorker(
  context: ServiceContext,
  senders: BrokerSenders,
  gateway: Gateway | undefined,
): WorkerRole {
  const { config, names, logger, onStop, stepMs } = context;
  const connection = createOwnConnection(config.database, logger, () => performance.now());
  onStop('close the connection of the worker', () => connection.end(), stepMs);
  const deadLetters = createDeadLetters(senders.publisher, names);
  const consumer = createConsumer({
    queue: names.notifications,
    prefetch: config.worker.prefetch,
    maxHeldBytes: config.worker.maxHeldBytes,
    onDelivery: (delivery) => worker.take(delivery),
  });
  const worker = createWorker<QueueDelivery>({
    templates: config.notification.templates,
    append: (batch) => connection.run((client) => appendNotifications(client, batch)),
    announce: announceWith(context, senders, gateway),
    resolve: (batch) => resolveNotifications(context.pool, batch),
    announceReceipts(batches) {
      gateway?.offerReceipts(batches);
      if (!senders.broadcast.isNeeded()) return;
      for (const announcement of encodeResolved(batches)) senders.broadcast.send(announcement);
    },
    deadLetter: (delivery, refused) => deadLetters.publish(delivery, refused),
    settle: (deliveries) => consumer.settle(deliveries),
    requeueAll: () => consumer.requeueAll(),
    resume: () => consumer.start(),
    maxBatch: config.worker.maxBatch,
    holdMs: config.worker.holdSeconds * 1000,
    observe: observeWorker(context.registry),
    spans: context.tracing?.worker,
    logger,
  });
  return {
    consumer,
    async start() {
      await consumer.start();
      finishAtStop(context, consumer, worker);
    },
  };
}

/** To the gateway of this process at once, and to those of the others. */
function announceWith(
  { overrides }: ServiceContext,
  { broadcast }: BrokerSenders,
  gateway: Gateway | undefined,
): (batches: readonly LoggedBatch[]) => void {
  const announce = (batches: readonly LoggedBatch[]) => {
    gateway?.offer(batches);
    if (!broadcast.isNeeded()) return;
    for (const announcement of encodeLogged(batches)) broadcast.send(announcement);
  };
  return (batches) => (overrides.announce ? overrides.announce(batches, announce) : announce(batches));
}

function finishAtStop(
  { logger, onStop, stepMs }: ServiceContext,
  consumer: QueueConsumer,
  worker: Worker<QueueDelivery>,
): void {
  onStop('give up what the worker cannot settle', () => worker.abandon());
  const finish = async () => {
    // Where the link has just been lost the broker has cancelled it already.
    await consumer
      .cancel()
      .catch((error) => logger.warn({ error: messageOf(error) }, 'the consumer was not cancelled'));
    await worker.finish();
  };
  onStop('finish the batch in hand', finish, stepMs);
}
