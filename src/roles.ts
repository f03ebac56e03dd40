/**
 * The roles of a process, each built from the stages that it needs: `http`, `relay`, `worker`, `gateway`. They meet only
 * in RabbitMQ and Postgres, and where they share a process, by what is handed in here.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { createAnnouncementReceiver, createAnnouncementSender } from './broker/announcements.ts';
import { type BrokerConnection, type Link, openConnection } from './broker/connection.ts';
import { createConsumer, type QueueConsumer, type QueueDelivery } from './broker/consumer.ts';
import { createDeadLetters } from './broker/dead-letters.ts';
import { createPublisher, type Publisher } from './broker/publisher.ts';
import { createQueueDepths, type QueueDepths } from './broker/queue-depths.ts';
import { declareTopology, type Topology } from './broker/topology.ts';
import type { Config, Role } from './config.ts';
import type { Authenticate } from './domain/access.ts';
import type { LoggedBatch } from './domain/log.ts';
import type { OrderEvent } from './domain/order-event.ts';
import { encodeAnnouncement } from './gateway/announcement.ts';
import type { Refused } from './gateway/entrance.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway/gateway.ts';
import type { Server } from './gateway/server.ts';
import type { Gauges } from './gauges.ts';
import type { Guard } from './guard.ts';
import { refuseEntry } from './http/admission.ts';
import { healthRoutes } from './http/health-routes.ts';
import { metricsRoute } from './http/metrics-route.ts';
import { refusal, send } from './http/reply.ts';
import { type Route, registerRoutes } from './http/routes.ts';
import { observeGateway, observeHttp, observeRecording, observeRelay, observeWorker } from './meters.ts';
import { acknowledge } from './notify/acknowledge.ts';
import { appendNotifications } from './notify/append.ts';
import { openLog, readPage, readReceipts, readStates } from './notify/read-log.ts';
import { removeExpired } from './notify/retention.ts';
import { createWorker } from './notify/worker.ts';
import { readBacklog } from './outbox/backlog.ts';
import { startRelay } from './outbox/relay.ts';
import { listenForWakes, wakeRelays } from './outbox/wake.ts';
import { withDeadline } from './platform/deadline.ts';
import { messageOf } from './platform/errors.ts';
import { startInterval } from './platform/interval.ts';
import type { Lifecycle } from './platform/lifecycle.ts';
import type { Logger } from './platform/logger.ts';
import { METRICS_CONTENT_TYPE, type MetricsRegistry, printMetrics } from './platform/metrics.ts';

/** What a test, or a run for development, may put in the place of a part. */
export interface Overrides {
  logger: Logger;
  /** Where the pages were built, else `dist/`. */
  pagesDirectory: string;
  /** Stands between the worker and the feed of this process: announcements come early, twice or never. */
  announce(batches: readonly LoggedBatch[], announce: (batches: readonly LoggedBatch[]) => void): void;
}

/** What every role is built from. */
export interface Parts extends Lifecycle {
  config: Config;
  overrides: Partial<Overrides>;
  logger: Logger;
  /** Names this process in what it announces. */
  appId: string;
  names: Topology;
  pool: pg.Pool;
  guard: Guard;
  registry: MetricsRegistry;
  gauges: Gauges;
  /** To be called with the name of a link each time that it is there. */
  linked(link: string): void;
  authenticate: Authenticate;
  /** The most that one step of stopping may take. */
  stepMs: number;
}

/** The links that the roles need; a process that only takes orders has none. */
export interface Broker {
  publisher: Publisher;
  consumer: QueueConsumer;
  /** To the gateways of other processes; may be lost. */
  tellOthers(shopId: string, announcement: string): void;
  isUp(): boolean;
  /** The same of each link, by its name. */
  links(): ReadonlyMap<string, boolean>;
  depths: QueueDepths;
  /** Set once there is a gateway: until then nobody here has to hear what others announce. */
  gateway: Gateway | undefined;
  /** Set by the worker. */
  onDelivery(delivery: QueueDelivery): void;
}

/**
 * RabbitMQ wants publishers and consumers on connections of their own. What was declared is declared again now and
 * then: a deleted exchange takes its bindings along, and nobody is told.
 */
export async function connectBroker(parts: Parts, does: (role: Role) => boolean): Promise<Broker> {
  const { config, names, appId, logger, stepMs } = parts;
  const connections = new Map<string, BrokerConnection>();
  let latest: Link | undefined;
  const publisher = createPublisher(config.relay.confirmSeconds);
  const sender = createAnnouncementSender(names.announcements, appId);
  const broker: Broker = {
    publisher,
    consumer: createConsumer({
      queue: names.notifications,
      prefetch: config.worker.prefetch,
      onDelivery: (delivery) => broker.onDelivery(delivery),
    }),
    tellOthers: (shopId, announcement) => sender.send(shopId, announcement),
    isUp: () => [...broker.links().values()].every((up) => up),
    links: () => new Map([...connections].map(([name, connection]) => [name, connection.isUp()])),
    depths: createQueueDepths(),
    gateway: undefined,
    onDelivery() {},
  };
  const receiver = createAnnouncementReceiver({
    exchange: names.announcements,
    appId,
    queueName: () => `${names.announcements}.${randomUUID()}`,
    onAnnouncement: (body) => broker.gateway?.hear(body),
  });

  if (does('relay') || does('worker') || does('gateway')) {
    const publishing = await openConnection(
      { ...config.amqp, name: 'publish' },
      logger,
      async (link) => {
        latest = link;
        await declareTopology(link.model, names);
        await publisher.attach(link);
        await sender.attach(link);
        broker.depths.attach(link);
      },
      () => parts.linked('publish'),
    );
    parts.onStop('close the publishing connection', () => publishing.close(), stepMs);
    connections.set('publish', publishing);
    const declare = async () => {
      if (latest !== undefined) await declareTopology(latest.model, names);
      await receiver.rebind();
    };
    const repetition = startInterval('declare', config.amqp.declareSeconds * 1000, declare, logger);
    parts.onStop('stop declaring', () => repetition.stop(), stepMs);
  }
  if (does('worker') || does('gateway')) {
    const consuming = await openConnection(
      { ...config.amqp, name: 'consume' },
      logger,
      async (link) => {
        await declareTopology(link.model, names);
        if (does('gateway')) await receiver.attach(link);
        await broker.consumer.attach(link);
      },
      () => {
        parts.linked('consume');
        broker.gateway?.compareSoon(); // announcements may have passed while there was nobody to hear them
      },
    );
    parts.onStop('close the consuming connection', () => consuming.close(), stepMs);
    connections.set('consume', consuming);
  }
  return broker;
}

export function buildGateway(parts: Parts, broker: Broker, server: Server): Gateway {
  const { config, guard, authenticate, pool, registry, logger, stepMs } = parts;
  const observe = observeGateway(registry);
  const refuseWith = refuseUpgrade(guard.headers);
  const gateway = startGateway({
    app: server.app,
    settings: config.gateway,
    clients: guard.clients,
    limits: { ...config.limits, ...guard },
    log: {
      open: (shopId) => openLog(pool, shopId),
      states: (shopIds) => readStates(pool, shopIds),
      page: (shopId, since, limit) => readPage(pool, shopId, since, limit),
      receipts: (shopId, since, limit) => readReceipts(pool, shopId, since, limit),
    },
    authenticate,
    acknowledge: (shopId, seq, sid) => acknowledge(pool, shopId, seq, sid),
    refuse(res, refused) {
      observe.refused(refused.reason);
      refuseWith(res, refused);
    },
    onSocketClosed: () => server.gate.socketClosed(),
    tellOthers: broker.tellOthers,
    observe,
    logger,
  });
  broker.gateway = gateway;
  parts.gauges.shops(() => gateway.shops());
  parts.onStop('stop the gateway', () => gateway.stop(), stepMs);
  const endSockets = async () => {
    await gateway.endSockets(config.drain.socketSeconds);
    // What was published in this turn is written in the next: closing the server at once would lose it.
    await pause(10);
  };
  parts.onStop('end the sockets', endSockets, config.drain.socketSeconds * 1000 + stepMs);
  return gateway;
}

export async function runWorker(parts: Parts, broker: Broker, gateway: Gateway | undefined): Promise<void> {
  const { config, names, overrides, pool, logger } = parts;
  const { consumer } = broker;
  const deadLetters = createDeadLetters(broker.publisher, names);
  const announce = (batches: readonly LoggedBatch[]) => {
    gateway?.offer(batches);
    for (const { shopId, epoch, notifications } of batches) {
      broker.tellOthers(shopId, encodeAnnouncement({ v: 1, epoch, notifications }));
    }
  };
  const worker = createWorker<QueueDelivery>({
    templates: config.notification.templates,
    append: (batch) => appendNotifications(pool, batch),
    announce: (batches) => (overrides.announce ? overrides.announce(batches, announce) : announce(batches)),
    deadLetter: (delivery, refused) => deadLetters.publish(delivery, refused),
    settle: (deliveries) => consumer.settle(deliveries),
    giveBack: () => consumer.giveBack(),
    resume: () => consumer.start(),
    holdMs: config.worker.holdSeconds * 1000,
    observe: observeWorker(parts.registry),
    logger,
  });
  broker.onDelivery = (delivery) => worker.take(delivery);
  await consumer.start();
  parts.onStop('give up what the worker cannot settle', () => worker.abandon());
  const finish = async () => {
    // Where the link has just been lost the broker has cancelled it already.
    await consumer
      .cancel()
      .catch((error) => logger.warn({ error: messageOf(error) }, 'the consumer was not cancelled'));
    await worker.finish();
  };
  parts.onStop('finish the batch in hand', finish, parts.stepMs);
}

const RETENTION_EVERY_MS = 600_000;
const RETENTION_BATCH = 500;

/** Each worker looks now and then; the shops' locks keep two of them apart. */
export function runRetention({ config, pool, logger, onStop, stepMs }: Parts): void {
  const days = config.log.retentionDays;
  if (days === 0) return;
  const stopping = new AbortController();
  const work = async () => {
    const { signal } = stopping;
    const removed = await removeExpired(pool, { days, batch: RETENTION_BATCH, now: Date.now(), signal });
    if (removed > 0) logger.info({ removed, days }, 'removed what is older than the log is kept');
  };
  const repetition = startInterval('retention', RETENTION_EVERY_MS, work, logger);
  const stop = () => {
    stopping.abort();
    return repetition.stop();
  };
  onStop('stop removing', stop, stepMs);
}

/** Resolves with what wakes it after something was recorded. */
export function runRelay(parts: Parts, broker: Broker): () => void {
  const { config, names, pool, logger, stepMs } = parts;
  const relay = startRelay({
    pool,
    publish: ({ routingKey, body, eventId }) =>
      broker.publisher.publish({
        exchange: names.orders,
        routingKey,
        body: Buffer.from(body),
        messageId: eventId,
        timestamp: Math.floor(Date.now() / 1000),
      }),
    batchSize: config.relay.batchSize,
    pollSeconds: config.relay.pollSeconds,
    observe: observeRelay(parts.registry),
    logger,
  });
  parts.onStop('stop the relay', () => relay.stop(), stepMs);
  const listener = listenForWakes(
    config.database.url,
    () => relay.nudge(),
    logger,
    () => parts.linked('wake'),
  );
  parts.onStop('stop listening for the outbox', () => listener.stop(), stepMs);
  return () => relay.nudge();
}

/** What follows the commit of a transaction that recorded an event: from here on it can be followed by its id. */
export function tellRecorded(
  { registry, logger }: Parts,
  wakeRelay: () => void,
): (event: OrderEvent) => void {
  const recorded = observeRecording(registry);
  return ({ key, eventId, shopId, orderId }) => {
    wakeRelay();
    recorded(key);
    logger.info({ eventId, shopId, orderId, key }, 'an event was recorded');
  };
}

export function wakeOtherRelays({ pool, logger }: Parts): void {
  wakeRelays(pool).catch((error) => logger.warn({ error: messageOf(error) }, 'the relays were not woken'));
}

/** What is looked up when somebody scrapes, by the roles that it concerns. */
export function showGauges(
  { gauges, pool, names }: Parts,
  broker: Broker,
  does: (role: Role) => boolean,
): void {
  gauges.pool(pool);
  gauges.links(
    () => pool.query('SELECT 1'),
    () => broker.links(),
  );
  if (does('http') || does('relay')) gauges.outbox(() => readBacklog(pool));
  if (does('relay') || does('worker')) {
    const queues = { notifications: names.notifications, 'notifications.dead': names.deadLetters };
    gauges.queues((queue) => broker.depths.read(queues[queue]));
  }
}

/** Every process answers for its health, whatever its roles. Resolves with the port. */
export async function listen(
  parts: Parts,
  broker: Broker,
  server: Server,
  roleRoutes: readonly Route[],
  gateway: Gateway | undefined,
): Promise<number> {
  const { config, guard, authenticate, pool, registry, logger, stepMs } = parts;
  let draining = false;
  const health = healthRoutes(async () => ({
    postgres: await answers(() => pool.query('SELECT 1')),
    rabbitmq: broker.isUp() ? 'up' : 'down',
    draining,
  }));
  const metrics = metricsRoute(METRICS_CONTENT_TYPE, () => printMetrics(registry));
  const routes = registerRoutes([...roleRoutes, ...health, metrics], {
    app: server.app,
    body: { maxBytes: config.http.maxBodyBytes, seconds: config.http.bodySeconds },
    ...guard,
    authenticate,
    observe: observeHttp(registry),
    logger,
  });
  const port = await server.listen(config.http.host, config.http.port);
  parts.onStop('finish the requests in hand', () => routes.untilIdle(), stepMs);
  parts.onStop('close the listener', () => {
    server.closeListener();
    routes.refuseRequests();
    gateway?.refuseSockets();
  });
  const readyMs = config.drain.readySeconds * 1000;
  const tell = async () => {
    draining = true;
    logger.info('draining');
    await pause(readyMs);
  };
  parts.onStop('tell that we drain', tell, readyMs + stepMs);
  return port;
}

function refuseUpgrade(serverHeaders: Guard['headers']): GatewayOptions['refuse'] {
  const replyTo = ({ reason, message, retryAfterSeconds }: Refused) => {
    if (reason === 'unauthenticated') return refuseEntry(reason, message);
    if (reason === 'forbidden') return refusal(reason, message);
    // Before an upgrade whatever is malformed is a bad request.
    if (reason === 'invalid') return { ...refusal(reason, message), status: 400 };
    return refusal(reason, message, { 'Retry-After': String(retryAfterSeconds) });
  };
  return (res, refused) => send(res, replyTo(refused), { serverHeaders });
}

const READY_CHECK_MS = 2_000;

async function answers(ask: () => Promise<unknown>): Promise<'up' | 'down'> {
  try {
    await withDeadline(ask(), READY_CHECK_MS, 'the answer');
    return 'up';
  } catch {
    return 'down';
  }
}
