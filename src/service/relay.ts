/** The role `relay`, and how the role `http` wakes one: in this process, or in another. */

import type { Publisher } from '../broker/publisher.ts';
import type { OrderCancelled } from '../domain/order-cancelled.ts';
import type { OrderEvent } from '../domain/order-event.ts';
import { observeRecording, observeRelays } from '../metrics/observers.ts';
import type { OutboxRow, OutboxTable } from '../outbox/claim.ts';
import { type Relay, type RelayObserver, startRelay } from '../outbox/relay.ts';
import { listenForWakes, wakeRelays } from '../outbox/wake.ts';
import { messageOf } from '../platform/errors.ts';
import type { BrokerSenders } from './broker.ts';
import type { ServiceContext } from './context.ts';

interface Outlet {
  table: OutboxTable;
  exchange: 'orders' | 'bell';
  /** Whether a queue need not take what it publishes: none of ours is bound to it. */
  isOptional: boolean;
}

const OUTLETS: readonly Outlet[] = [
  { table: 'outbox', exchange: 'orders', isOptional: false },
  { table: 'bell_outbox', exchange: 'bell', isOptional: true },
];

/** Resolves with what wakes it after something was recorded. */
export function startRelayRole(context: ServiceContext, { publisher }: BrokerSenders): () => void {
  const { config, stepMs } = context;
  const observers = observeRelays(context.registry);
  const relays = OUTLETS.map((outlet) => startOutlet(context, publisher, outlet, observers(outlet.exchange)));
  const nudge = () => {
    for (const relay of relays) relay.nudge();
  };
  const listener = listenForWakes(config.database.url, nudge, context.logger, () =>
    context.onReconnect('wake'),
  );
  context.onStop('stop listening for the outbox', () => listener.stop(), stepMs);
  return nudge;
}

function startOutlet(
  context: ServiceContext,
  publisher: Publisher,
  outlet: Outlet,
  observe: RelayObserver,
): Relay {
  const { config, pool, logger, onStop, stepMs } = context;
  const { table } = outlet;
  const relay = startRelay({
    pool,
    table,
    publish: publishWith(context, publisher, outlet),
    batchSize: config.relay.batchSize,
    pollSeconds: config.relay.pollSeconds,
    observe,
    logger,
  });
  onStop(`stop the relay of ${table}`, () => relay.stop(), stepMs);
  return relay;
}

/** With the headers of each event's trace, where traces are kept. */
function publishWith(
  { names, tracing }: ServiceContext,
  publisher: Publisher,
  outlet: Outlet,
): (row: OutboxRow) => Promise<void> {
  const exchange = names[outlet.exchange];
  const publish = (
    { routingKey, body, eventId, waitedSeconds }: OutboxRow,
    headers?: Readonly<Record<string, string>>,
  ) =>
    publisher.publish({
      exchange,
      routingKey,
      body: Buffer.from(body),
      messageId: eventId,
      timestamp: Math.floor(Date.now() / 1000 - waitedSeconds),
      headers,
      isOptional: outlet.isOptional,
    });
  if (tracing === undefined) return (row) => publish(row);
  return (row) => tracing.send(exchange, row, (headers) => publish(row, headers));
}

/** What follows the commit of a transaction that recorded an event: from here on it can be followed by its id. */
export function reportRecorded(
  { registry, logger }: ServiceContext,
  wakeRelay: () => void,
): (event: OrderEvent | OrderCancelled) => void {
  const recorded = observeRecording(registry);
  return ({ key, eventId, shopId, orderId }) => {
    wakeRelay();
    recorded(key);
    logger.info({ eventId, shopId, orderId, key }, 'an event was recorded');
  };
}

export function wakeOtherRelays({ pool, logger }: ServiceContext): void {
  wakeRelays(pool).catch((error) => logger.warn({ error: messageOf(error) }, 'the relays were not woken'));
}
