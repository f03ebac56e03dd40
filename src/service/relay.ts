/** The role `relay`, and how the role `http` wakes one: in this process, or in another. */

import { isRoutingKey } from '../domain/event-kinds.ts';
import type { OrderCancelled } from '../domain/order-cancelled.ts';
import type { OrderEvent } from '../domain/order-event.ts';
import { observeRecording, observeRelay } from '../metrics/observers.ts';
import { startRelay } from '../outbox/relay.ts';
import { listenForWakes, wakeRelays } from '../outbox/wake.ts';
import { messageOf } from '../platform/errors.ts';
import type { BrokerSenders } from './broker.ts';
import type { ServiceContext } from './context.ts';

/** Resolves with what wakes it after something was recorded. */
export function startRelayRole(context: ServiceContext, { publisher }: BrokerSenders): () => void {
  const { config, names, pool, logger, stepMs } = context;
  const relay = startRelay({
    pool,
    publish: ({ routingKey, body, eventId }) =>
      publisher.publish({
        exchange: names.orders,
        routingKey,
        body: Buffer.from(body),
        messageId: eventId,
        timestamp: Math.floor(Date.now() / 1000),
        // No queue of ours is bound to what makes no notification.
        isOptional: !isRoutingKey(routingKey),
      }),
    batchSize: config.relay.batchSize,
    pollSeconds: config.relay.pollSeconds,
    observe: observeRelay(context.registry),
    logger,
  });
  context.onStop('stop the relay', () => relay.stop(), stepMs);
  const listener = listenForWakes(
    config.database.url,
    () => relay.nudge(),
    logger,
    () => context.onReconnect('wake'),
  );
  context.onStop('stop listening for the outbox', () => listener.stop(), stepMs);
  return () => relay.nudge();
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
