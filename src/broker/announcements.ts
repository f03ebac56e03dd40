/**
 * Announcements between processes: transient, unconfirmed messages to every gateway. Guarantees that what is received was
 * sent by a process that has the key, and nothing else, on purpose: a lost, doubled or late one is repaired from the log.
 * What cannot be sent at once is dropped, so memory stays bounded.
 */

import type { Channel, ConsumeMessage } from 'amqplib';
import { type BrokerLink, onUsable } from './link.ts';
import type { Seal } from './seal.ts';

/** What is announced: every gateway's queue is bound to it. A form that 0.2.0 cannot read would need another key. */
export const SIGNED_KEY = 'signed';

/** The calls of roll-call.ts, which 0.2.0 does not know. */
const CALL_KEY = 'roll-call';

/** None of ours is larger. A larger one is dropped before it costs a signature. */
const MAX_BYTES = 1024 * 1024;

export interface AnnouncementSender {
  /** Opens the channel on a fresh connection. For the connection's set-up. */
  attach(link: BrokerLink): Promise<void>;
  /** Sends to every gateway but our own; false where it was dropped: there is no link, or the link is congested. */
  send(body: string): boolean;
  /** Sends a call to every other process that announces. */
  call(body: string): boolean;
}

/** `appId` names this process, so that it can pass over its own announcements. */
export function createAnnouncementSender(options: {
  exchange: string;
  appId: string;
  seal: Seal;
}): AnnouncementSender {
  const { exchange, appId, seal } = options;
  let channel: Channel | undefined;

  function publish(routingKey: string, body: string): boolean {
    const sealed = channel && seal.seal(body);
    if (channel === undefined || sealed === undefined) return false;
    try {
      const accepted = channel.publish(exchange, routingKey, sealed, { appId });
      if (!accepted) channel = undefined; // until it has drained
      return true;
    } catch {
      channel = undefined; // it is closing; the next connection brings another
      return false;
    }
  }

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
    send: (body) => publish(SIGNED_KEY, body),
    call: (body) => publish(CALL_KEY, body),
  };
}

export interface AnnouncementConsumer {
  /** Declares this connection's own queue and consumes it. For the connection's set-up. */
  attach(link: BrokerLink): Promise<void>;
  /** Binds the queue once more: a deleted exchange takes the binding along, and the broker does not report it. */
  rebind(): Promise<void>;
  /** Runs `work` while no announcement reaches this queue. Those that are sent meanwhile are lost. Undefined without a link. */
  unbound<T>(work: () => Promise<T>): Promise<T | undefined>;
}

/** Why an announcement was dropped: its signature is of no key of ours, or it is larger than any of ours. */
export type Unbelieved = 'foreign' | 'too-large';

/**
 * Without `onAnnouncement` it consumes the calls of other processes alone. `queueName` is asked for a new name for each connection: the
 * old exclusive queue may live on for a moment.
 */
export function createAnnouncementConsumer(options: {
  exchange: string;
  appId: string;
  seal: Seal;
  queueName: () => string;
  onAnnouncement: ((body: Buffer) => void) | undefined;
  onCall(body: Buffer): void;
  onUnbelieved(why: Unbelieved): void;
  /** No call comes from now on, until it is attached again. */
  onClosed(): void;
}): AnnouncementConsumer {
  const { exchange, onAnnouncement } = options;
  let open: { channel: Channel; queue: string } | undefined;
  const keys = onAnnouncement === undefined ? [CALL_KEY] : [CALL_KEY, SIGNED_KEY];
  const bind = async (channel: Channel, queue: string) => {
    for (const key of keys) await channel.bindQueue(queue, exchange, key);
  };
  const receive = ({ content: sealed, fields, properties }: ConsumeMessage) => {
    if (properties.appId === options.appId) return;
    if (sealed.length > MAX_BYTES) return options.onUnbelieved('too-large');
    const body = options.seal.open(sealed);
    if (body === undefined) options.onUnbelieved('foreign');
    else if (fields.routingKey === CALL_KEY) options.onCall(body);
    else onAnnouncement?.(body);
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
      const onMessage = (message: ConsumeMessage | null) => {
        if (message === null) link.fail('the broker cancelled the announcements');
        else receive(message);
      };
      await channel.consume(queue, onMessage, { noAck: true });
      open = { channel, queue };
      channel.on('close', () => {
        if (open?.channel !== channel) return;
        open = undefined;
        options.onClosed();
      });
    },
    async rebind() {
      if (open !== undefined) await bind(open.channel, open.queue);
    },
    async unbound(work) {
      if (open === undefined) return undefined;
      const { channel, queue } = open;
      if (onAnnouncement === undefined) return work();
      await channel.unbindQueue(queue, exchange, SIGNED_KEY);
      try {
        return await work();
      } finally {
        await channel.bindQueue(queue, exchange, SIGNED_KEY);
      }
    },
  };
}
