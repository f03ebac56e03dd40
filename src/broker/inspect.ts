/** Looks at a broker for what would keep the service from working. Changes nothing, and leaves nothing behind. */

import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel } from 'amqplib';
import { messageOf } from '../platform/errors.ts';
import { closeChannel } from './close-channel.ts';
import type { QueueDepth } from './queue-depths.ts';
import { type Declaration, declarations, type Topology } from './topology.ts';

/** A connection of `withBroker`, for rooms that import no amqplib. */
export type OpenBroker = ChannelModel;

/** The version that the broker says it is, such as `3.10.8`. */
export function brokerVersion(model: ChannelModel): string {
  const { version } = model.connection.serverProperties;
  return typeof version === 'string' ? version : 'unknown';
}

export type DeclaredState =
  | { what: string; state: 'as-declared' | 'missing' }
  /** It is there with other arguments, or we may not look: `reason` is the broker's own. */
  | { what: string; state: 'refused'; reason: string };

/** How each exchange and queue stands to what would be declared. */
export async function inspectTopology(model: ChannelModel, names: Topology): Promise<DeclaredState[]> {
  const standings: DeclaredState[] = [];
  for (const declaration of declarations(names)) standings.push(await standing(model, declaration));
  return standings;
}

async function standing(model: ChannelModel, { what, check, declare }: Declaration): Promise<DeclaredState> {
  try {
    await onChannel(model, check);
    // It is there, so that declaring it makes nothing and only compares the arguments.
    await onChannel(model, declare);
    return { what, state: 'as-declared' };
  } catch (error) {
    return isNotFound(error)
      ? { what, state: 'missing' }
      : { what, state: 'refused', reason: messageOf(error) };
  }
}

/** Undefined where there is no such queue. */
export async function inspectQueue(model: ChannelModel, name: string): Promise<QueueDepth | undefined> {
  try {
    const { messageCount, consumerCount } = await onChannel(model, (channel) => channel.checkQueue(name));
    return { messages: messageCount, consumers: consumerCount };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export async function exchangeExists(model: ChannelModel, name: string): Promise<boolean> {
  try {
    await onChannel(model, (channel) => channel.checkExchange(name));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/**
 * Whether the broker takes messages: one without a queue is published and confirmed. Resolves with the alarm for which
 * it does not; RabbitMQ reports an alarm to publishers only. A connection that it blocks is of no use any more.
 */
export async function whyBlocked(model: ChannelModel): Promise<string | undefined> {
  const blocked = new Promise<string>((resolve) => model.once('blocked', resolve));
  const channel = await model.createConfirmChannel();
  channel.on('error', () => {}); // the confirm rejects with it
  channel.publish('', `orderbell.unrouted.${randomUUID()}`, Buffer.alloc(0));
  return Promise.race([channel.waitForConfirms().then(() => undefined), blocked]);
}

/** A refused question costs its channel: each gets one of its own. Rejects with the broker's reason. */
async function onChannel<T>(model: ChannelModel, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel();
  let refusal: Error | undefined;
  channel.on('error', (error) => {
    refusal = error;
  });
  try {
    const answer = await ask(channel);
    await closeChannel(channel);
    return answer;
  } catch (error) {
    throw refusal ?? error;
  }
}

const NOT_FOUND = 404;

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === NOT_FOUND;
}
