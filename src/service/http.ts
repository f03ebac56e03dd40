/** The role `http`, which takes orders and payments, and the routes that it shares with the role `gateway`. */

import { fileURLToPath } from 'node:url';
import { targetsOf } from '../config/sections/escalation.ts';
import { vapidOf } from '../config/sections/vapid.ts';
import { asyncApiDocument } from '../contracts/asyncapi.ts';
import { openApiDocument } from '../contracts/openapi.ts';
import type { OrderStore } from '../domain/order-store.ts';
import { removeSubscription, saveSubscription } from '../escalation/deliveries/push-subscriptions.ts';
import { createPolicyStore } from '../escalation/policies.ts';
import { listDeafShops, readShopPresence } from '../escalation/presence/read-presence.ts';
import { consoleRoutes } from '../http/console-routes.ts';
import { consoleSettingsRoute } from '../http/console-settings.ts';
import { documentRoutes } from '../http/document-routes.ts';
import { incidentRoutes } from '../http/incident-routes.ts';
import { logRoutes } from '../http/log-routes.ts';
import { orderRoutes } from '../http/order-routes.ts';
import { loadPages } from '../http/pages.ts';
import { paymentRoutes } from '../http/payment-routes.ts';
import { policyRoutes } from '../http/policy-routes.ts';
import { presenceRoutes } from '../http/presence-routes.ts';
import { pushRoutes } from '../http/push-routes.ts';
import type { Route } from '../http/routes.ts';
import { tillRoutes } from '../http/till-routes.ts';
import { timelineRoutes } from '../http/timeline-routes.ts';
import { observeCallbacks } from '../metrics/payments.ts';
import { listIncidents } from '../orders/incident-list.ts';
import { createOrderStore } from '../orders/order-store.ts';
import type { RecordedEvent } from '../outbox/record.ts';
import { readEscalatedPage } from '../shop-log/read-escalated.ts';
import { readRange } from '../shop-log/read-range.ts';
import { searchLog } from '../shop-log/search-log.ts';
import { summariseRange } from '../shop-log/summarise-range.ts';
import type { ServiceContext } from './context.ts';
import { reportIncidents } from './payment-incidents.ts';
import { reportRecorded } from './relay.ts';
import { pairingOf } from './tills.ts';
import { createTimelineReader } from './timeline.ts';

/** `publishRecorded` runs after each commit that recorded an event. */
export function httpRoutes(
  context: ServiceContext,
  publishRecorded: (recorded: RecordedEvent) => void,
): Route[] {
  const { pool } = context;
  const { reminders } = context.config;
  const onRecorded = reportRecorded(context, publishRecorded);
  const onIncident = reportIncidents(context);
  const orders = createOrderStore({ pool, reminders, onRecorded, onIncident });
  return [
    ...orderRoutes(orders),
    ...callbackRoutes(context, orders),
    ...incidentRoutes((asked) => listIncidents(pool, asked)),
    ...policyRoutes(createPolicyStore(pool), new Set(targetsOf(context.config.escalation).keys())),
  ];
}

function callbackRoutes({ providers, registry, logger }: ServiceContext, orders: OrderStore): Route[] {
  const observe = observeCallbacks(
    registry,
    providers.map(({ name }) => name),
  );
  return paymentRoutes({ providers, orders, now: Date.now, observe, logger });
}

/** The shops' logs, the console and the contracts: whatever is only read. */
export async function readingRoutes(context: ServiceContext): Promise<Route[]> {
  const { config, overrides, pool, lanes } = context;
  const pages = await loadPages(overrides.pagesDirectory ?? builtPages(), {
    demo: config.env === 'development',
  });
  const readTimeline = createTimelineReader(pool);
  return [
    ...logRoutes({
      page: (...asked) => lanes.run('pages', () => readEscalatedPage(pool, ...asked)),
      range: (asked) => lanes.run('pages', () => readRange(pool, asked)),
      summary: (...asked) => lanes.run('pages', () => summariseRange(pool, ...asked)),
      search: (asked) => lanes.run('pages', () => searchLog(pool, asked)),
    }),
    ...presenceRoutes({
      read: (shopId) => lanes.run('pages', () => readShopPresence(pool, shopId)),
      listDeaf: (asked) => lanes.run('pages', () => listDeafShops(pool, asked)),
    }),
    ...timelineRoutes((...asked) => lanes.run('pages', () => readTimeline(...asked))),
    ...(overrides.routes ?? []),
    ...consoleRoutes(pages),
    consoleSettingsRoute({
      vapidPublicKey: vapidOf(config.escalation)?.publicKey,
      orderUrl: config.console.orderUrl,
      pairing: typeof context.tillSigning !== 'string',
    }),
    ...subscriptionRoutes(context),
    ...tillRoutes(pairingOf(context)),
    ...documentRoutes(contractsOf(context)),
  ];
}

function subscriptionRoutes({ config, pool }: ServiceContext): Route[] {
  const { pushSubscriptionsPerShop, allowPrivateTargets } = config.escalation;
  return pushRoutes({
    isOffered: vapidOf(config.escalation) !== undefined,
    allowsPrivate: allowPrivateTargets,
    subscriptions: {
      save: (shopId, { endpoint, keys, language }, subject) =>
        saveSubscription(pool, { shopId, endpoint, keys, language, subject }, pushSubscriptionsPerShop),
      remove: (shopId, id) => removeSubscription(pool, shopId, id),
    },
  });
}

function contractsOf({ config, names }: ServiceContext): Record<string, object> {
  const tokens = config.auth.mode === 'jwt';
  const access = {
    tokens,
    queryTokens: tokens && config.auth.queryToken,
    signatures: config.payments.verify === 'hmac',
    providers: config.payments.providers,
  };
  return { '/openapi.json': openApiDocument(access), '/asyncapi.json': asyncApiDocument(names, access) };
}

/** `dist/`: the built program lies in it, the sources beside it. */
function builtPages(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/' : '../../', import.meta.url));
}
