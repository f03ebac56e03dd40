/** The links to RabbitMQ that the roles of this process need, kept up and declared again. */

import { randomUUID } from 'node:crypto';
import { createAnnouncementReceiver, createAnnouncementSender } from '../broker/announcements.ts';
import { type BrokerConnection, type Link, openConnection } from '../broker/connection.ts';
import { createConsumer } from '../broker/consumer.ts';
import { createPublisher } from '../broker/publisher.ts';
import { watchPulse } from '../broker/pulse.ts';
import { createQueueDepths } from '../broker/queue-depths.ts';
import { createSeal } from '../broker/seal.ts';
import { declareTopology } from '../broker/topology.ts';
import type { Role } from '../config/config.ts';
import { observeAnnouncements } from '../metrics/observers.ts';
import { startInterval } from '../platform/interval.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import type { BrokerLinks, ServiceContext } from './context.ts';
import { openSeal } from './seal.ts';

/**
 * RabbitMQ wants publishers and consumers on connections of their own. What was declared is declared again now and
 * then: a deleted exchange takes its bindings along, and nobody is told.
 */
export async function connectBroker(
  context: ServiceContext,
  hasRole: (role: Role) => boolean,
): Promise<BrokerLinks> {
  const { config, names, appId, logger, stepMs } = context;
  const connections = new Map<string, BrokerConnection>();
  let latest: Link | undefined;
  const publisher = createPublisher(config.relay.confirmSeconds);
  const pulse = {
    queue: names.pulse,
    everySeconds: config.amqp.heartbeatSeconds,
    answerSeconds: config.relay.confirmSeconds,
  };
  const announces = hasRole('worker') || hasRole('gateway');
  const seal = announces ? await openSeal(context) : createSeal(names.announcements, () => []);
  const sender = createAnnouncementSender({ exchange: names.announcements, appId, seal });
  const broker: BrokerLinks = {
    publisher,
    consumer: createConsumer({
      queue: names.notifications,
      prefetch: config.worker.prefetch,
      maxHeldBytes: config.worker.maxHeldBytes,
      onDelivery: (delivery) => broker.onDelivery(delivery),
    }),
    broadcast: (announcement) => sender.send(announcement),
    isUp: () => [...broker.links().values()].every((up) => up),
    links: () => new Map([...connections].map(([name, connection]) => [name, connection.isUp()])),
    depths: createQueueDepths(),
    gateway: undefined,
    onDelivery() {},
  };
  const unbelieved = hasRole('gateway') ? observeAnnouncements(context.registry) : () => {};
  const warn = createThrottledLog(logger, () => performance.now());
  const receiver = createAnnouncementReceiver({
    exchange: names.announcements,
    appId,
    seal,
    queueName: () => `${names.announcements}.${randomUUID()}`,
    onAnnouncement: (body) => broker.gateway?.receiveAnnouncement(body),
    onUnbelieved(why) {
      unbelieved(why);
      warn(
        { exchange: names.announcements, why },
        'an announcement was dropped: no process of ours signed it',
      );
    },
  });

  if (hasRole('relay') || hasRole('worker') || hasRole('gateway')) {
    const publishing = await openConnection(
      { ...config.amqp, name: 'publish' },
      logger,
      async (link) => {
        latest = link;
        await declareTopology(link.model, names);
        await watchPulse(link, pulse);
        await publisher.attach(link);
        await sender.attach(link);
        broker.depths.attach(link);
      },
      () => {
        context.onReconnect('publish');
        broker.gateway?.announceSessions();
      },
    );
    context.onStop('close the publishing connection', () => publishing.close(), stepMs);
    connections.set('publish', publishing);
    const declare = async () => {
      if (latest !== undefined) await declareTopology(latest.model, names);
      await receiver.rebind();
    };
    const repetition = startInterval('declare', config.amqp.declareSeconds * 1000, declare, logger);
    context.onStop('stop declaring', () => repetition.stop(), stepMs);
  }
  if (hasRole('worker') || hasRole('gateway')) {
    const consuming = await openConnection(
      { ...config.amqp, name: 'consume' },
      logger,
      async (link) => {
        await declareTopology(link.model, names);
        await watchPulse(link, pulse);
        if (hasRole('gateway')) await receiver.attach(link);
        await broker.consumer.attach(link);
      },
      () => {
        context.onReconnect('consume');
        broker.gateway?.announceSessions();
        broker.gateway?.compareSoon(); // announcements may have passed while there was nobody to hear them
      },
    );
    context.onStop('close the consuming connection', () => consuming.close(), stepMs);
    connections.set('consume', consuming);
  }
  return broker;
}
