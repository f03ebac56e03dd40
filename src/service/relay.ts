/** The role `relay`, and how the role `http` wakes one: in this process, or in another. */

import type { Publisher } from '../broker/publisher.ts';
import { observeRecording, observeRelays } from '../metrics/observers.ts';
import type { OutboxRow, OutboxTable } from '../outbox/claim.ts';
import type { RecordedEvent } from '../outbox/record.ts';
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

const ORDERS: Outlet = { table: 'outbox', exchange: 'orders', isOptional: false };
const BELL: Outlet = { table: 'bell_outbox', exchange: 'bell', isOptional: true };

/** Returns what publishes an event of this process after its commit. */
export function startRelayRole(
  context: ServiceContext,
  { publisher }: BrokerSenders,
): (recorded: RecordedEvent) => void {
  const { config, stepMs } = context;
  const observers = observeRelays(context.registry);
  const start = (outlet: Outlet) => startOutlet(context, publisher, outlet, observers(outlet.exchange));
  const [orders, bell] = [start(ORDERS), start(BELL)];
  const nudge = () => {
    orders.nudge();
    bell.nudge();
  };
  const listener = listenForWakes(config.database.url, nudge, context.logger, () =>
    context.onReconnect('wake'),
  );
  context.onStop('stop listening for the outbox', () => listener.stop(), stepMs);
  return orders.publishRecorded;
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
  publishRecorded: (recorded: RecordedEvent) => void,
): (recorded: RecordedEvent) => void {
  const recorded = observeRecording(registry);
  return (recordedEvent) => {
    const { key, eventId, shopId, orderId } = recordedEvent.event;
    publishRecorded(recordedEvent);
    recorded(key);
    logger.info({ eventId, shopId, orderId, key }, 'an event was recorded');
  };
}

export function wakeOtherRelays({ pool, logger }: ServiceContext): void {
  wakeRelays(pool).catch((error) => logger.warn({ error: messageOf(error) }, 'the relays were not woken'));
}
