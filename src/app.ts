/**
 * The composition root: which part gets what, in which order everything starts, and that it stops in the exact reverse.
 * The stages know nothing of each other; what one needs of another is handed in here.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { readSchemaState } from '../db/migrate.ts';
import { createAnnouncementReceiver, createAnnouncementSender } from './broker/announcements.ts';
import { openConnection } from './broker/connection.ts';
import { createConsumer, type QueueDelivery } from './broker/consumer.ts';
import { createDeadLetters } from './broker/dead-letters.ts';
import { createPublisher } from './broker/publisher.ts';
import { declareTopology, topologyNames } from './broker/topology.ts';
import type { Config } from './config.ts';
import type { LoggedBatch } from './domain/log.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/gateway.ts';
import { createServer } from './gateway/server.ts';
import { healthRoutes } from './http/health-routes.ts';
import { logRoutes } from './http/log-routes.ts';
import { orderRoutes } from './http/order-routes.ts';
import { refusal, send } from './http/reply.ts';
import { registerRoutes } from './http/routes.ts';
import { acknowledge } from './notify/acknowledge.ts';
import { appendNotifications } from './notify/append.ts';
import { openLog, readPage, readReceipts, readStates } from './notify/read-log.ts';
import { createWorker } from './notify/worker.ts';
import { createOrderStore } from './outbox/order-store.ts';
import { startRelay } from './outbox/relay.ts';
import { withDeadline } from './platform/deadline.ts';
import { AppError, messageOf } from './platform/errors.ts';
import { createLifecycle, type Lifecycle } from './platform/lifecycle.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import { createPool } from './platform/postgres.ts';

export interface App {
  /** The port that it listens on. */
  port: number;
  /** Stops everything in the reverse order of starting. Safe to call twice; resolves when all is stopped. */
  stop(): Promise<void>;
}

/** What a test may put in the place of a part. */
export interface Overrides {
  logger: Logger;
  /** Stands between the worker and the feed of this process: announcements come early, twice or never. */
  announce(batches: readonly LoggedBatch[], announce: Gateway['announce']): void;
}

const READY_CHECK_MS = 2_000;

/** Starts all roles. Rejects, with everything stopped again, if a part cannot start. */
export async function startApp(config: Config, overrides: Partial<Overrides> = {}): Promise<App> {
  const logger = overrides.logger ?? createLogger(config.log.level);
  const lifecycle = createLifecycle(logger);
  try {
    const port = await start(config, overrides, logger, lifecycle);
    return { port, stop: () => lifecycle.stop() };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function start(
  config: Config,
  overrides: Partial<Overrides>,
  logger: Logger,
  { onStop }: Lifecycle,
): Promise<number> {
  const appId = randomUUID();
  const names = topologyNames(config.amqp.prefix);
  const stepMs = config.drain.stepSeconds * 1000;

  const pool = createPool(config.database, logger);
  onStop('close the pool', () => pool.end(), stepMs);
  await checkSchema(pool);

  const publisher = createPublisher(config.relay.confirmSeconds);
  const sender = createAnnouncementSender(names.announcements, appId);
  const publishing = await openConnection({ ...config.amqp, name: 'publish' }, logger, async (link) => {
    await declareTopology(link.model, names);
    await publisher.attach(link);
    await sender.attach(link);
  });
  onStop('close the publishing connection', () => publishing.close(), stepMs);

  let gateway: Gateway | undefined;
  const receiver = createAnnouncementReceiver({
    exchange: names.announcements,
    appId,
    queueName: () => `${names.announcements}.${randomUUID()}`,
    onAnnouncement: (body) => gateway?.hear(body),
  });
  const consumer = createConsumer({
    queue: names.notifications,
    prefetch: config.worker.prefetch,
    onDelivery: (delivery) => worker.take(delivery),
  });
  const consuming = await openConnection(
    { ...config.amqp, name: 'consume' },
    logger,
    async (link) => {
      await declareTopology(link.model, names);
      await receiver.attach(link);
      await consumer.attach(link);
    },
    () => gateway?.compareSoon(), // announcements may have passed while there was nobody to hear them
  );
  onStop('close the consuming connection', () => consuming.close(), stepMs);

  const server = createServer();
  onStop('close the server', () => server.close());
  const announcing = startGateway({
    app: server.app,
    settings: config.gateway,
    log: {
      open: (shopId) => openLog(pool, shopId),
      states: (shopIds) => readStates(pool, shopIds),
      page: (shopId, since, limit) => readPage(pool, shopId, since, limit),
      receipts: (shopId, since, limit) => readReceipts(pool, shopId, since, limit),
    },
    acknowledge: (shopId, seq, sid) => acknowledge(pool, shopId, seq, sid),
    refuse: refuseUpgrade,
    tellOthers: (shopId, announcement) => sender.send(shopId, announcement),
    logger,
  });
  gateway = announcing;
  onStop('stop the gateway', () => announcing.stop(), stepMs);
  onStop('end the sockets', () => endSockets(announcing, config), config.drain.socketSeconds * 1000 + stepMs);

  const deadLetters = createDeadLetters(publisher, names);
  const announce = overrides.announce ?? ((batches, tell) => tell(batches));
  const worker = createWorker<QueueDelivery>({
    templates: config.notification.templates,
    append: (batch) => appendNotifications(pool, batch),
    announce: (batches) => announce(batches, announcing.announce),
    deadLetter: (delivery, refused) => deadLetters.publish(delivery, refused),
    settle: (deliveries) => consumer.settle(deliveries),
    giveBack: () => consumer.giveBack(),
    resume: () => consumer.start(),
    holdMs: config.worker.holdSeconds * 1000,
    logger,
  });
  await consumer.start();
  onStop('give up what the worker cannot settle', () => worker.abandon());
  onStop(
    'finish the batch in hand',
    async () => {
      await consumer.cancel();
      await worker.finish();
    },
    stepMs,
  );

  const relay = startRelay({
    pool,
    publish: ({ routingKey, body, eventId }) =>
      publisher.publish({
        exchange: names.orders,
        routingKey,
        body: Buffer.from(body),
        messageId: eventId,
      }),
    batchSize: config.relay.batchSize,
    pollSeconds: config.relay.pollSeconds,
    logger,
  });
  onStop('stop the relay', () => relay.stop(), stepMs);

  let draining = false;
  const orders = createOrderStore({ pool, reminders: config.reminders, onRecorded: () => relay.nudge() });
  const routes = registerRoutes(
    [
      ...orderRoutes(orders, logger),
      ...logRoutes((shopId, since, limit) => readPage(pool, shopId, since, limit)),
      ...healthRoutes(async () => ({
        postgres: await answers(() => pool.query('SELECT 1')),
        rabbitmq: publishing.isUp() && consuming.isUp() ? 'up' : 'down',
        draining,
      })),
    ],
    { app: server.app, maxBodyBytes: config.http.maxBodyBytes, logger },
  );
  const port = await server.listen(config.http.host, config.http.port);
  onStop('finish the requests in hand', () => routes.untilIdle(), stepMs);
  onStop('close the listener', () => {
    server.closeListener();
    routes.refuseRequests();
    announcing.refuseSockets();
  });
  onStop(
    'tell that we drain',
    async () => {
      draining = true;
      logger.info('draining');
      await pause(config.drain.readySeconds * 1000);
    },
    config.drain.readySeconds * 1000 + stepMs,
  );
  logger.info({ port, appId }, 'orderbell is ready');
  return port;
}

async function endSockets(gateway: Gateway, config: Config): Promise<void> {
  await gateway.endSockets(config.drain.socketSeconds);
  // What was published in this turn is written in the next: closing the server at once would lose it.
  await pause(10);
}

const refuseUpgrade: GatewayOptions['refuse'] = (res, reason, message) => {
  if (reason === 'unavailable') send(res, refusal(reason, message, { 'Retry-After': '2' }));
  // Before an upgrade whatever is malformed is a bad request.
  else send(res, { ...refusal(reason, message), status: 400 });
};

async function checkSchema(pool: ReturnType<typeof createPool>): Promise<void> {
  const { missing, unknown } = await readSchemaState(pool).catch((error) => {
    throw new AppError('database-unavailable', `Postgres: ${messageOf(error)}`, error);
  });
  if (missing.length > 0) {
    const message = `the database lacks ${missing.join(', ')}: run \`orderbell migrate up\``;
    throw new AppError('schema-mismatch', message);
  }
  if (unknown.length > 0) {
    const message = `the database has ${unknown.join(', ')}, which this version does not know: run a newer one`;
    throw new AppError('schema-mismatch', message);
  }
}

async function answers(ask: () => Promise<unknown>): Promise<'up' | 'down'> {
  try {
    await withDeadline(ask(), READY_CHECK_MS, 'the answer');
    return 'up';
  } catch {
    return 'down';
  }
}
