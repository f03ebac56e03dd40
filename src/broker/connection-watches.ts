/** What is watched on one connection: its end, the broker's alarms, and its channels. */

import { Duplex } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { closeChannel } from './close-channel.ts';
import type { BrokerLink } from './link.ts';

/** How long the broker may take to answer that the channels, or the connection, are closed. */
export const CLOSE_MS = 2_000;

/** The end of a connection, by either side. */
export function watchEnd(model: ChannelModel) {
  let reason: string | undefined;
  const closed = new Promise<string>((resolve) => {
    model.on('error', (error) => {
      reason ??= messageOf(error); // `close` comes next
    });
    model.on('close', (error) => {
      reason ??= error ? messageOf(error) : 'closed';
      resolve(reason);
      // Of one that was lost nothing is to be sent any more, and its socket would wait for that.
      if (error) destroySocket(model, reason);
    });
  });
  return {
    closed,
    /** Undefined as long as it is good. */
    reason: () => reason,
    /** Closes it as AMQP wants it; where the broker does not answer in time, by its socket. */
    begin(why: string) {
      reason ??= why;
      model.close().catch(() => {}); // rejects where it is closed already, which is what we want
      const timer = setTimeout(() => destroySocket(model, `no answer to closing: ${why}`), CLOSE_MS);
      closed.then(() => clearTimeout(timer));
    },
  };
}

/** amqplib takes the error for a loss of the link. Does nothing where it keeps its socket elsewhere than it did. */
function destroySocket({ connection }: ChannelModel, reason: string): void {
  if ('stream' in connection && connection.stream instanceof Duplex) {
    connection.stream.destroy(new Error(reason));
  }
}

/** Answers whether the broker blocks publishers, which it does while an alarm lasts. */
export function watchBlocks(model: ChannelModel, log: Logger): () => boolean {
  let blocked = false;
  model.on('blocked', (reason) => {
    blocked = true;
    log.warn({ reason }, 'RabbitMQ blocks publishers');
  });
  model.on('unblocked', () => {
    blocked = false;
    log.info('RabbitMQ accepts publishers again');
  });
  return () => blocked;
}

/** Ends the connection when one of the watched channels closes alone. */
export function watchChannels(fail: BrokerLink['fail'], log: Logger) {
  /** With what to do before it is closed on purpose. */
  const watched = new Map<Channel, () => void>();
  return {
    watch(channel: Channel, name: string, beforeClose = () => {}): () => void {
      let expected = false;
      channel.on('error', (error) =>
        log.warn({ channel: name, error: messageOf(error) }, 'a channel failed'),
      );
      channel.on('close', () => {
        watched.delete(channel);
        // A connection that closes closes its channels first: only one that stays open has lost a channel alone.
        setImmediate(() => {
          if (!expected) fail(`channel ${name} closed`);
        });
      });
      const expectClose = () => {
        expected = true;
      };
      watched.set(channel, () => {
        beforeClose();
        expectClose();
      });
      return expectClose;
    },
    async close(): Promise<void> {
      const closing = [...watched].map(([channel, prepare]) => {
        prepare();
        return closeChannel(channel);
      });
      await Promise.allSettled(closing);
    },
  };
}
