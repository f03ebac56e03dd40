/**
 * What a process sends and receives through RabbitMQ, on two links: RabbitMQ wants publishers and consumers on
 * connections of their own. Guarantees that every receiver exists before the link that feeds it is opened.
 */

import { type AnnouncementConsumer, createAnnouncementSender } from '../broker/announcements.ts';
import type { QueueConsumer } from '../broker/consumer.ts';
import { createPublisher, type Publisher } from '../broker/publisher.ts';
import { createQueueDepths, type QueueDepths } from '../broker/queue-depths.ts';
import { createRollCall } from '../broker/roll-call.ts';
import { createSeal } from '../broker/seal.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeAnnouncements } from '../metrics/observers.ts';
import { startInterval } from '../platform/interval.ts';
import { createGatewayBroadcast, type GatewayBroadcast, receiveAnnouncements } from './announcements.ts';
import type { ServiceContext } from './context.ts';
import { createProcessLink, type LinkName, type ProcessLink } from './links.ts';
import { openSeal } from './seal.ts';

/** What a process sends. Each part says what it does while there is no link. */
export interface BrokerSenders {
  publisher: Publisher;
  broadcast: GatewayBroadcast;
  depths: QueueDepths;
}

/** Where what a process receives goes, by its roles. */
export interface BrokerReceivers {
  gateway: Gateway | undefined;
  consumer: QueueConsumer | undefined;
}

export interface BrokerLinks {
  senders: BrokerSenders;
  /** Opens the links that the roles need. Rejects where one cannot be opened in time. */
  open(receivers: BrokerReceivers): Promise<void>;
  /** Whether every link that the roles need can be used. */
  isUp(): boolean;
  /** The same of each link. */
  states(): ReadonlyMap<LinkName, boolean>;
}

/** Opens no link yet. Those that are opened are closed at the end. */
export async function createBrokerLinks(context: ServiceContext): Promise<BrokerLinks> {
  const { config, names, appId, hasRole } = context;
  const receives = hasRole('worker') || hasRole('gateway');
  const announces = receives || hasRole('escalator');
  const seal = announces ? await openSeal(context) : createSeal(names.announcements, () => []);
  const observe = announces ? observeAnnouncements(context.registry) : { sent() {}, refused() {} };
  const sender = createAnnouncementSender({ exchange: names.announcements, appId, seal });
  const rollCall = createRollCall({
    process: appId,
    isGateway: hasRole('gateway'),
    send: (call) => sender.call(call),
    now: () => performance.now(),
  });
  const senders: BrokerSenders = {
    publisher: createPublisher(config.relay.confirmSeconds),
    broadcast: createGatewayBroadcast(sender, rollCall, observe),
    depths: createQueueDepths(),
  };
  const publish = hasRole('relay') || announces ? createProcessLink(context, 'publish') : undefined;
  const consume = receives ? createProcessLink(context, 'consume') : undefined;
  const states = () =>
    new Map([publish, consume].flatMap((link) => (link ? [[link.name, link.isUp()] as const] : [])));
  return {
    senders,
    async open({ gateway, consumer }) {
      const { publisher } = senders;
      const parts = { seal, rollCall, publisher, gateway, observe };
      const announcements = consume && receiveAnnouncements(context, parts);
      await publish?.open({
        attached: [publisher, sender, senders.depths],
        onUp() {
          rollCall.begin();
          gateway?.announceSessions();
        },
      });
      if (publish !== undefined) repeatDeclaring(context, publish, announcements);
      await consume?.open({
        attached: [announcements, consumer].filter((receiver) => receiver !== undefined),
        onUp() {
          rollCall.begin();
          gateway?.announceSessions();
          gateway?.compareSoon(); // announcements may have passed while the link was down
        },
      });
    },
    isUp: () => [...states().values()].every((up) => up),
    states,
  };
}

/** A deleted exchange takes its bindings along, and the broker reports neither: both are declared again now and then. */
function repeatDeclaring(
  { config, logger, onStop, stepMs }: ServiceContext,
  publish: ProcessLink,
  announcements: AnnouncementConsumer | undefined,
): void {
  const declare = async () => {
    await publish.declare();
    await announcements?.rebind();
  };
  const repetition = startInterval('declare', config.amqp.declareSeconds * 1000, declare, logger);
  onStop('stop declaring', () => repetition.stop(), stepMs);
}
