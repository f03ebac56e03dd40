/**
 * The composition root: the order in which everything starts, and stops in reverse. The roles of a process say what it
 * does; the stages know nothing of each other.
 */

import { randomUUID } from 'node:crypto';
import { openAuthentication } from '../auth/authenticate.ts';
import { readRemovedTills } from '../auth/kept-tills.ts';
import { createRemovedTills, refuseRemoved } from '../auth/removed-tills.ts';
import { assertSigningFits, openTillSigning } from '../auth/till-signing.ts';
import { topologyNames } from '../broker/topology.ts';
import type { Config } from '../config/config.ts';
import { assertServable } from '../config/load.ts';
import { authenticateAnybody } from '../domain/access.ts';
import { envelopeReply } from '../http/payment-reply.ts';
import { createGauges } from '../metrics/gauges.ts';
import { observeLinks } from '../metrics/observers.ts';
import { createRegistry, watchProcess } from '../metrics/registry.ts';
import { createLanes, lanesOfPool } from '../platform/lanes.ts';
import { createLifecycle } from '../platform/lifecycle.ts';
import { createLogger } from '../platform/logger.ts';
import { createPool } from '../platform/postgres.ts';
import { installedVersion } from '../platform/runtime/installed-builds.js';
import { readVersion } from '../platform/version.ts';
import { createAccess } from './access.ts';
import { createBrokerLinks } from './broker.ts';
import type { Build, Overrides, ServiceContext } from './context.ts';
import { waitForSchema } from './database.ts';
import { startEscalatorRole } from './escalator.ts';
import { startGatewayRole } from './gateway.ts';
import { showGauges } from './gauges.ts';
import { httpRoutes, readingRoutes } from './http.ts';
import { listen } from './listen.ts';
import { openProviders } from './payment-providers.ts';
import { startRelayRole, wakeOtherRelays } from './relay.ts';
import { runRetention } from './retention.ts';
import { checkCertificate, openServer } from './server.ts';
import { followRemovedTills } from './tills.ts';
import { traceProcess } from './tracing.ts';
import { buildWorker } from './worker.ts';

export interface App {
  /** The port that it listens on. */
  port: number;
  /** Stops everything in the reverse order of starting. Safe to call twice; resolves when all is stopped. */
  stop(): Promise<void>;
}

/**
 * Starts the process's roles. Rejects, with everything stopped again, if a part cannot start. Rejects before anything has
 * started where production would run without authentication and the configuration does not say so.
 */
export async function startApp(config: Config, overrides: Partial<Overrides> = {}): Promise<App> {
  assertServable(config);
  const logger = overrides.logger ?? createLogger(config.log.level);
  const authenticate =
    config.auth.mode === 'jwt' ? await openAuthentication(config.auth, logger) : authenticateAnybody;
  const tillSigning = await openTillSigning({ ...config.auth, ...config.pairing });
  if (typeof tillSigning !== 'string') await assertSigningFits(tillSigning, authenticate);
  const providers = config.roles.includes('http') ? openProviders(config.payments, envelopeReply) : [];
  const lifecycle = createLifecycle(logger);
  const stepMs = config.drain.stepSeconds * 1000;
  const common = {
    ...lifecycle,
    config,
    logger,
    appId: randomUUID(),
    names: topologyNames(config.amqp.prefix),
    build: buildOf(overrides),
    stepMs,
  };
  const tracing = await traceProcess(common);
  const pool = createPool(config.database, logger);
  lifecycle.onStop('close the pool', () => pool.end(), stepMs);
  const removedTills = createRemovedTills(() => readRemovedTills(pool));
  const registry = createRegistry();
  watchProcess();
  const context: ServiceContext = {
    ...common,
    overrides,
    hasRole: (role) => config.roles.includes(role),
    pool,
    lanes: createLanes(lanesOfPool(config.database.poolSize, config.gateway.readers)),
    access: createAccess(config, refuseRemoved(authenticate, removedTills), logger),
    removedTills,
    tillSigning,
    providers,
    registry,
    tracing,
    gauges: createGauges(registry, logger),
    onReconnect: observeLinks(registry),
  };
  try {
    const port = await start(context);
    return { port, stop: lifecycle.stop };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

function buildOf({ nodeVersion = '' }: Partial<Overrides>): Build {
  return { version: readVersion(), node: nodeVersion, uwebsockets: installedVersion() ?? '' };
}

/** Receivers are built before the links to RabbitMQ are opened, and the links are up before the server listens. */
async function start(context: ServiceContext): Promise<number> {
  const { config, hasRole, logger } = context;
  checkCertificate(context);
  await waitForSchema(context);
  await followRemovedTills(context);

  const broker = await createBrokerLinks(context);
  const { senders } = broker;
  const server = openServer(context);
  const gateway = hasRole('gateway') ? startGatewayRole(context, senders, server) : undefined;
  const worker = hasRole('worker') ? buildWorker(context, senders, gateway) : undefined;
  await broker.open({ gateway, consumer: worker?.consumer });
  await gateway?.ready();
  // The configured policy is in force before the first event is logged.
  if (hasRole('escalator')) await startEscalatorRole(context, senders, gateway);
  await worker?.start();
  if (hasRole('worker')) runRetention(context);
  const publishRecorded = hasRole('relay')
    ? startRelayRole(context, senders)
    : () => wakeOtherRelays(context);
  showGauges(context, broker);

  const routes = [
    ...(hasRole('http') ? httpRoutes(context, publishRecorded) : []),
    ...(hasRole('http') || hasRole('gateway') ? await readingRoutes(context) : []),
  ];
  const port = await listen(context, broker, server, routes, gateway);
  const { version, node, uwebsockets } = context.build;
  logger.info(
    { port, version, node, uwebsockets, roles: config.roles, appId: context.appId },
    'orderbell is ready',
  );
  return port;
}
