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
import { createSeldomLog } from '../platform/throttled-log.ts';
import type { Broker, Parts } from './context.ts';
import { openSeal } from './seal.ts';

/**
 * RabbitMQ wants publishers and consumers on connections of their own. What was declared is declared again now and
 * then: a deleted exchange takes its bindings along, and nobody is told.
 */
export async function connectBroker(parts: Parts, does: (role: Role) => boolean): Promise<Broker> {
  const { config, names, appId, logger, stepMs } = parts;
  const connections = new Map<string, BrokerConnection>();
  let latest: Link | undefined;
  const publisher = createPublisher(config.relay.confirmSeconds);
  const pulse = {
    queue: names.pulse,
    everySeconds: config.amqp.heartbeatSeconds,
    answerSeconds: config.relay.confirmSeconds,
  };
  const announces = does('worker') || does('gateway');
  const seal = announces ? await openSeal(parts) : createSeal(names.announcements, () => []);
  const sender = createAnnouncementSender({ exchange: names.announcements, appId, seal });
  const broker: Broker = {
    publisher,
    consumer: createConsumer({
      queue: names.notifications,
      prefetch: config.worker.prefetch,
      maxHeldBytes: config.worker.maxHeldBytes,
      onDelivery: (delivery) => broker.onDelivery(delivery),
    }),
    tellOthers: (announcement) => sender.send(announcement),
    isUp: () => [...broker.links().values()].every((up) => up),
    links: () => new Map([...connections].map(([name, connection]) => [name, connection.isUp()])),
    depths: createQueueDepths(),
    gateway: undefined,
    onDelivery() {},
  };
  const unbelieved = does('gateway') ? observeAnnouncements(parts.registry) : () => {};
  const warn = createSeldomLog(logger, () => performance.now());
  const receiver = createAnnouncementReceiver({
    exchange: names.announcements,
    appId,
    seal,
    queueName: () => `${names.announcements}.${randomUUID()}`,
    onAnnouncement: (body) => broker.gateway?.hear(body),
    onUnbelieved(why) {
      unbelieved(why);
      warn(
        { exchange: names.announcements, why },
        'an announcement was dropped: no process of ours signed it',
      );
    },
  });

  if (does('relay') || does('worker') || does('gateway')) {
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
        parts.linked('publish');
        broker.gateway?.announceSessions();
      },
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
        await watchPulse(link, pulse);
        if (does('gateway')) await receiver.attach(link);
        await broker.consumer.attach(link);
      },
      () => {
        parts.linked('consume');
        broker.gateway?.announceSessions();
        broker.gateway?.compareSoon(); // announcements may have passed while there was nobody to hear them
      },
    );
    parts.onStop('close the consuming connection', () => consuming.close(), stepMs);
    connections.set('consume', consuming);
  }
  return broker;
}
