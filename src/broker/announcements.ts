/**
 * The bell between processes: transient, unconfirmed messages to every gateway. Guarantees nothing, on purpose: a lost,
 * doubled or late one is repaired from the log. What cannot be sent at once is dropped, so memory stays bounded.
 */

import type { Channel } from 'amqplib';
import { type Link, onUsable } from './connection.ts';

export interface AnnouncementSender {
  /** Opens the channel on a fresh connection. For the connection's set-up. */
  attach(link: Link): Promise<void>;
  /** Sends to every gateway but our own, or drops it while there is no link or the link is congested. */
  send(shopId: string, body: string): void;
}

/** `appId` names this process, so that it can pass over its own announcements. */
export function createAnnouncementSender(exchange: string, appId: string): AnnouncementSender {
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
    send(shopId, body) {
      if (channel === undefined) return;
      try {
        const options = { appId, contentType: 'application/json' };
        const accepted = channel.publish(exchange, `shop.${shopId}`, Buffer.from(body), options);
        if (!accepted) channel = undefined; // until it has drained
      } catch {
        channel = undefined; // it is closing; the next connection brings another
      }
    },
  };
}

export interface AnnouncementReceiver {
  /** Declares this connection's own queue and consumes it. For the connection's set-up. */
  attach(link: Link): Promise<void>;
  /** Binds the queue once more: the binding goes when somebody deletes the exchange, and nobody is told. */
  rebind(): Promise<void>;
}

/** `queueName` is asked for a new name for each connection: the old exclusive queue may live on for a moment. */
export function createAnnouncementReceiver(options: {
  exchange: string;
  appId: string;
  queueName: () => string;
  onAnnouncement(body: Buffer): void;
}): AnnouncementReceiver {
  let open: { channel: Channel; queue: string } | undefined;
  const bind = (channel: Channel, queue: string) => channel.bindQueue(queue, options.exchange, 'shop.#');
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
        else if (message.properties.appId !== options.appId) options.onAnnouncement(message.content);
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
