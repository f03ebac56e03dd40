/**
 * The composition root: in which order everything starts, and that it stops in the exact reverse. What a process does
 * is what its roles say; the stages know nothing of each other.
 */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { assertCurrent, readSchemaState } from '../../db/migrate.ts';
import { openAuthentication } from '../auth/authenticate.ts';
import { topologyNames } from '../broker/topology.ts';
import type { Config, Role } from '../config/config.ts';
import { assertServable } from '../config/load.ts';
import { asyncApiDocument } from '../contracts/asyncapi.ts';
import { openApiDocument } from '../contracts/openapi.ts';
import { admitAnybody } from '../domain/access.ts';
import { consoleRoutes } from '../http/console-routes.ts';
import { documentRoutes } from '../http/document-routes.ts';
import { logRoutes } from '../http/log-routes.ts';
import { orderRoutes } from '../http/order-routes.ts';
import { loadPages } from '../http/pages.ts';
import type { Route } from '../http/routes.ts';
import { createGauges } from '../metrics/gauges.ts';
import { observeLinks } from '../metrics/observers.ts';
import { createRegistry, watchProcess } from '../metrics/registry.ts';
import { createOrderStore } from '../orders/order-store.ts';
import { createSignatureVerifier } from '../payments/own-signature.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import { createLanes, lanesOfPool } from '../platform/lanes.ts';
import { createLifecycle } from '../platform/lifecycle.ts';
import { createLogger } from '../platform/logger.ts';
import { assertPrimary, createPool, isUnavailable } from '../platform/postgres.ts';
import { retry } from '../platform/retry.ts';
import { checkServerTls } from '../platform/tls-files.ts';
import { createServer, type Server } from '../server/server.ts';
import { readPage } from '../shop-log/read-log.ts';
import { connectBroker } from './broker.ts';
import type { Overrides, ServiceContext } from './context.ts';
import { buildGateway } from './gateway.ts';
import { showGauges } from './gauges.ts';
import { createGuard } from './guard.ts';
import { listen } from './listen.ts';
import { reportIncidents } from './payment-incidents.ts';
import { reportRecorded, runRelay, wakeOtherRelays } from './relay.ts';
import { runRetention, runWorker } from './worker.ts';

export interface App {
  /** The port that it listens on. */
  port: number;
  /** Stops everything in the reverse order of starting. Safe to call twice; resolves when all is stopped. */
  stop(): Promise<void>;
}

/**
 * Starts the process's roles. Rejects, with everything stopped again, if a part cannot start, and before anything has
 * started if nobody has said that production may let in anybody.
 */
export async function startApp(config: Config, overrides: Partial<Overrides> = {}): Promise<App> {
  assertServable(config);
  const logger = overrides.logger ?? createLogger(config.log.level);
  const authenticate =
    config.auth.mode === 'jwt' ? await openAuthentication(config.auth, logger) : admitAnybody;
  const lifecycle = createLifecycle(logger);
  const pool = createPool(config.database, logger);
  const stepMs = config.drain.stepSeconds * 1000;
  lifecycle.onStop('close the pool', () => pool.end(), stepMs);
  const names = topologyNames(config.amqp.prefix);
  const registry = createRegistry();
  watchProcess();
  const context: ServiceContext = {
    ...lifecycle,
    config,
    overrides,
    logger,
    appId: randomUUID(),
    names,
    pool,
    lanes: createLanes(lanesOfPool(config.database.poolSize, config.gateway.readers)),
    authenticate,
    guard: createGuard(config),
    registry,
    gauges: createGauges(registry, logger),
    onReconnect: observeLinks(registry),
    stepMs,
  };
  try {
    const port = await start(context);
    return { port, stop: lifecycle.stop };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function start(context: ServiceContext): Promise<number> {
  const { config, pool, logger } = context;
  const certificate = checkServerTls(config.tls);
  if (certificate !== undefined && certificate.validTo.getTime() < Date.now()) {
    logger.warn({ validTo: certificate.validTo }, 'the certificate of tls.cert has expired');
  }
  const hasRole = (role: Role) => config.roles.includes(role);
  await checkSchema(context);
  const broker = await connectBroker(context, hasRole);

  const server = openServer(context);
  context.onStop('close the server', () => server.close());
  const gateway = hasRole('gateway') ? buildGateway(context, broker, server) : undefined;
  await gateway?.ready();
  if (hasRole('worker')) {
    await runWorker(context, broker, gateway);
    runRetention(context);
  }
  const wakeRelay = hasRole('relay') ? runRelay(context, broker) : () => wakeOtherRelays(context);
  showGauges(context, broker, hasRole);

  const routes: Route[] = [];
  if (hasRole('http')) {
    const onRecorded = reportRecorded(context, wakeRelay);
    const onIncident = reportIncidents(context);
    const store = createOrderStore({ pool, reminders: config.reminders, onRecorded, onIncident });
    const { payments } = config;
    const verifier = payments.verify === 'hmac' ? createSignatureVerifier(payments, Date.now) : undefined;
    routes.push(...orderRoutes({ orders: store, verifier, now: () => new Date() }));
  }
  if (hasRole('http') || hasRole('gateway')) {
    routes.push(...logRoutes((...asked) => context.lanes.run('pages', () => readPage(pool, ...asked))));
    const directory = context.overrides.pagesDirectory ?? builtPages();
    routes.push(...consoleRoutes(await loadPages(directory, { demo: config.env === 'development' })));
    routes.push(...documentRoutes(contractsOf(context)));
  }
  const port = await listen(context, broker, server, routes, gateway);
  logger.info({ port, roles: config.roles, appId: context.appId }, 'orderbell is ready');
  return port;
}

function contractsOf({ config, names }: ServiceContext): Record<string, object> {
  const tokens = config.auth.mode === 'jwt';
  const access = {
    tokens,
    queryTokens: tokens && config.auth.queryToken,
    signatures: config.payments.verify === 'hmac',
  };
  return { '/openapi.json': openApiDocument(access), '/asyncapi.json': asyncApiDocument(names, access) };
}

/** `dist/`: the built program lies in it, the sources beside it. */
function builtPages(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/' : '../../', import.meta.url));
}

/** Above the limit of sockets: for health checks, requests, and refusals that say why. */
const SPARE_CONNECTIONS = 1_000;

function openServer({ config, guard, logger }: ServiceContext): Server {
  const { connections, connectsPerSecond } = config.limits;
  return createServer({
    tls: config.tls.key === '' ? undefined : config.tls,
    maxConnections: connections === 0 ? 0 : connections + SPARE_CONNECTIONS,
    connectsPerSecond,
    clients: guard.clients,
    now: () => performance.now(),
    logger,
  });
}

const WAIT = { initialMs: 200, maxMs: 5_000 };

/** Waits for a database that is not there yet; rejects if it stays away or has another schema than this code. */
async function checkSchema({ config, pool, logger }: ServiceContext): Promise<void> {
  const deadline = performance.now() + config.database.waitSeconds * 1000;
  const check = async () => {
    await assertPrimary(pool);
    assertCurrent(await readSchemaState(pool));
  };
  const checked = await retry(check, {
    backoff: WAIT,
    giveUp: ({ error, waitMs }) => !isUnavailable(error) || performance.now() + waitMs > deadline,
    onFailure({ error, failures }) {
      logger.warn({ error: messageOf(error), attempt: failures }, 'Postgres cannot be reached');
    },
  });
  if (checked.outcome !== 'gave-up') return;
  const { error } = checked;
  if (error instanceof AppError && error.code !== 'database-unavailable') throw error;
  throw new AppError('database-unavailable', `Postgres: ${messageOf(error)}`, error);
}
