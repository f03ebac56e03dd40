/** The server listens, answers for the health of its process, and is the first part that stops. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Gateway } from '../gateway/gateway.ts';
import { healthRoutes } from '../http/health-routes.ts';
import { metricsRoute } from '../http/metrics-route.ts';
import { registerRoutes } from '../http/register-routes.ts';
import type { Route } from '../http/routes.ts';
import { observeHttp } from '../metrics/observers.ts';
import { METRICS_CONTENT_TYPE, printMetrics } from '../metrics/registry.ts';
import { withDeadline } from '../platform/deadline.ts';
import { assertPrimary } from '../platform/postgres.ts';
import type { Server } from '../server/server.ts';
import type { BrokerLinks } from './broker.ts';
import type { ServiceContext } from './context.ts';

/** Every process answers for its health, whatever its roles. Resolves with the port. */
export async function listen(
  context: ServiceContext,
  broker: BrokerLinks,
  server: Server,
  roleRoutes: readonly Route[],
  gateway: Gateway | undefined,
): Promise<number> {
  const { config, access, pool, registry, logger, stepMs } = context;
  let draining = false;
  const health = healthRoutes(context.build.version, async () => ({
    postgres: await answers(() => assertPrimary(pool)),
    rabbitmq: broker.isUp() ? 'up' : 'down',
    draining,
  }));
  const metrics = metricsRoute(METRICS_CONTENT_TYPE, () => printMetrics(registry));
  const routes = registerRoutes([...roleRoutes, ...health, metrics], {
    app: server.app,
    body: { maxBytes: config.http.maxBodyBytes, seconds: config.http.bodySeconds },
    authorise: access.authorise,
    headers: access.headers,
    observe: observeHttp(registry),
    spans: context.tracing?.http,
    logger,
  });
  const port = await server.listen(config.http.host, config.http.port);
  // Every role works on until they have moved: what is published meanwhile reaches them here as well.
  const { socketSeconds } = config.drain;
  const moveSockets = async () => gateway?.moveSockets(socketSeconds);
  context.onStop('let the clients move', moveSockets, socketSeconds * 1000 + stepMs);
  context.onStop('finish the requests in hand', () => routes.untilIdle(), stepMs);
  context.onStop('close the listener', () => {
    server.closeListener();
    routes.refuseRequests();
    gateway?.refuseSockets();
  });
  const readyMs = config.drain.readySeconds * 1000;
  const announceDraining = async () => {
    draining = true;
    logger.info('draining');
    await pause(readyMs);
  };
  context.onStop('announce that we drain', announceDraining, readyMs + stepMs);
  return port;
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
