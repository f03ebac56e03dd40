/**
 * Announcements between processes: transient, unconfirmed messages to every gateway. Guarantees that what is received was
 * sent by a process that has the key, and nothing else, on purpose: a lost, doubled or late one is repaired from the log.
 * What cannot be sent at once is dropped, so memory stays bounded.
 */

import type { Channel } from 'amqplib';
import { type BrokerLink, onUsable } from './link.ts';
import type { Seal } from './seal.ts';

/** The form is in the key: processes of the version before neither get these nor send any that we get. */
const ROUTING_KEY = 'signed';

/** None of ours is larger. A larger one is dropped before it costs a signature. */
const MAX_BYTES = 1024 * 1024;

export interface AnnouncementSender {
  /** Opens the channel on a fresh connection. For the connection's set-up. */
  attach(link: BrokerLink): Promise<void>;
  /** Sends to every gateway but our own; false where it was dropped: there is no link, or the link is congested. */
  send(body: string): boolean;
}

/** `appId` names this process, so that it can pass over its own announcements. */
export function createAnnouncementSender(options: {
  exchange: string;
  appId: string;
  seal: Seal;
}): AnnouncementSender {
  const { exchange, appId, seal } = options;
  let channel: Channel | undefined;
  return {
    async attach(link) {
      const opened = await link.model.createChannel();
      link.watch(opened, 'announce');
      let isUsable = false;
      onUsable(link, opened, (usable) => {
        isUsable = usable;
        if (usable) channel = opened;
        else if (channel === opened) channel = undefined;
      });
      opened.on('drain', () => {
        if (isUsable) channel = opened;
      });
    },
    send(body) {
      const sealed = channel && seal.seal(body);
      if (channel === undefined || sealed === undefined) return false;
      try {
        const accepted = channel.publish(exchange, ROUTING_KEY, sealed, { appId });
        if (!accepted) channel = undefined; // until it has drained
        return true;
      } catch {
        channel = undefined; // it is closing; the next connection brings another
        return false;
      }
    },
  };
}

export interface AnnouncementConsumer {
  /** Declares this connection's own queue and consumes it. For the connection's set-up. */
  attach(link: BrokerLink): Promise<void>;
  /** Binds the queue once more: a deleted exchange takes the binding along, and the broker does not report it. */
  rebind(): Promise<void>;
}

/** Why an announcement was dropped: its signature is of no key of ours, or it is larger than any of ours. */
export type Unbelieved = 'foreign' | 'too-large';

/** `queueName` is asked for a new name for each connection: the old exclusive queue may live on for a moment. */
export function createAnnouncementConsumer(options: {
  exchange: string;
  appId: string;
  seal: Seal;
  queueName: () => string;
  onAnnouncement(body: Buffer): void;
  onUnbelieved(why: Unbelieved): void;
}): AnnouncementConsumer {
  let open: { channel: Channel; queue: string } | undefined;
  const bind = (channel: Channel, queue: string) => channel.bindQueue(queue, options.exchange, ROUTING_KEY);
  const receive = (sealed: Buffer) => {
    if (sealed.length > MAX_BYTES) return options.onUnbelieved('too-large');
    const body = options.seal.open(sealed);
    if (body === undefined) options.onUnbelieved('foreign');
    else options.onAnnouncement(body);
  };
  return {
    async attach(link) {
      const channel = await link.model.createChannel();
      link.watch(channel, 'announcements');
      const { queue } = await channel.assertQueue(options.queueName(), {
        durable: false,
        exclusive: true,
        autoDelete: true,
        arguments: { 'x-queue-type': 'classic', 'x-max-length': 10_000, 'x-overflow': 'drop-head' },
      });
      await bind(channel, queue);
      const onMessage = (message: { content: Buffer; properties: { appId?: unknown } } | null) => {
        if (message === null) link.fail('the broker cancelled the announcements');
        else if (message.properties.appId !== options.appId) receive(message.content);
      };
      await channel.consume(queue, onMessage, { noAck: true });
      open = { channel, queue };
      channel.on('close', () => {
        if (open?.channel === channel) open = undefined;
      });
    },
    async rebind() {
      if (open !== undefined) await bind(open.channel, open.queue);
    },
  };
}
