/**
 * Publishing with confirms. Guarantees that a publish resolves only when the broker has routed the message to a queue
 * and confirmed it; it rejects when the message was returned, refused or not confirmed in time, or the link was lost.
 * A link on which nothing was confirmed since a publish whose time is over is ended, so that it is built anew: a broker
 * that was cut off from its cluster keeps the link and confirms nothing on it, for ever.
 * Whether a rejected message arrived all the same is unknown: receivers drop repeats by the event's id.
 */

import { type ConfirmChannel, IllegalOperationError } from 'amqplib';
import { AppError, messageOf } from '../platform/errors.ts';
import { type BrokerLink, onUsable } from './link.ts';

export interface OutgoingMessage {
  exchange: string;
  routingKey: string;
  body: Buffer;
  messageId?: string | undefined;
  /** Seconds since 1970. */
  timestamp?: number | undefined;
  headers?: Readonly<Record<string, unknown>> | undefined;
  /** Else a queue must take it. */
  isOptional?: boolean;
}

export interface Publisher {
  /** Opens the confirm channel on a fresh connection. For the connection's set-up. */
  attach(link: BrokerLink): Promise<void>;
  /**
   * Publishes persistent JSON, which a queue must take unless it is optional. Rejects with `broker-unavailable` (no link), `publish-returned` (no queue),
   * `publish-nacked` (the broker refused), `publish-unconfirmed` (no answer within `confirmSeconds`) or
   * `publish-unencodable` (a header or property that amqplib cannot write, although it could read it).
   */
  publish(message: OutgoingMessage): Promise<void>;
  /** The largest frame in bytes that the broker takes: all headers and properties of a message are one. */
  frameMax(): number;
}

/** When it was published, in milliseconds since 1970: the property `timestamp` has whole seconds only. */
export const SENT_AT_HEADER = 'x-orderbell-sent-at';

/** Tells a returned message from the others: the confirm that follows a return looks like success. */
const PUBLISH_ID = 'x-orderbell-publish-id';

/** The confirm channel of one connection. */
interface OpenChannel {
  channel: ConfirmChannel;
  link: BrokerLink;
  /** How many publishes the broker has confirmed or refused on it. */
  answers: number;
  /** Neither closed nor blocked. */
  isUsable: boolean;
}

export function createPublisher(confirmSeconds: number): Publisher {
  let open: OpenChannel | undefined;
  let lastId = 0;
  const returned = new Set<string>();

  async function attach(link: BrokerLink): Promise<void> {
    const channel = await link.model.createConfirmChannel();
    const opened: OpenChannel = { channel, link, answers: 0, isUsable: false };
    link.watch(channel, 'publish');
    channel.on('return', (message) => returned.add(String(message.properties.headers?.[PUBLISH_ID])));
    onUsable(link, channel, (usable) => {
      opened.isUsable = usable;
      if (usable) open = opened;
      else if (open === opened) open = undefined;
    });
  }

  function publish(message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const on = open;
      if (on === undefined) {
        reject(new AppError('broker-unavailable', 'RabbitMQ is away or blocks publishers'));
        return;
      }
      const id = String(++lastId);
      const { answers } = on;
      const timer = setTimeout(() => {
        const message = `no confirm within ${confirmSeconds} s`;
        reject(new AppError('publish-unconfirmed', message));
        // Blocked by an alarm it confirms nothing either, and goes on when that is over.
        if (on.isUsable && on.answers === answers) on.link.fail(message);
      }, confirmSeconds * 1000);
      const onConfirm = (error: unknown) => {
        clearTimeout(timer);
        on.answers++;
        if (returned.delete(id)) {
          reject(
            new AppError('publish-returned', `no queue takes ${message.routingKey} of ${message.exchange}`),
          );
        } else if (error) {
          const lost = messageOf(error) === 'channel closed';
          reject(new AppError(lost ? 'broker-unavailable' : 'publish-nacked', messageOf(error), error));
        } else resolve();
      };
      try {
        on.channel.publish(
          message.exchange,
          message.routingKey,
          message.body,
          properties(message, id),
          onConfirm,
        );
      } catch (error) {
        clearTimeout(timer);
        const closed = error instanceof IllegalOperationError;
        const code = closed ? 'broker-unavailable' : 'publish-unencodable';
        reject(new AppError(code, messageOf(error), error));
      }
    });
  }

  return { attach, publish, frameMax: () => frameMaxOf(open?.channel) };
}

/** The least that AMQP allows, where amqplib keeps it elsewhere than it did, or there is no link. */
const FRAME_MIN = 4096;

function frameMaxOf(channel: object | undefined): number {
  const connection: unknown = channel === undefined ? undefined : Reflect.get(channel, 'connection');
  const frameMax: unknown =
    typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'frameMax') : undefined;
  return typeof frameMax === 'number' ? frameMax : FRAME_MIN;
}

function properties(message: OutgoingMessage, publishId: string) {
  const { routingKey, messageId, timestamp, headers, isOptional = false } = message;
  return {
    mandatory: !isOptional,
    persistent: true,
    contentType: 'application/json',
    type: routingKey,
    headers: { ...headers, [SENT_AT_HEADER]: Date.now(), [PUBLISH_ID]: publishId },
    ...(messageId === undefined ? {} : { messageId }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}
