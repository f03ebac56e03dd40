/** A recovering connection as the service has it, for tests of what is built on one. */

import type { ChannelModel, GetMessage } from 'amqplib';
import { type BrokerConnection, openConnection } from '../../src/broker/connection.ts';
import type { BrokerLink } from '../../src/broker/link.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { eventually } from './eventually.ts';

/** Resolves when `setup` has run for the first time. */
export function openLink(
  url: string,
  setup: (link: BrokerLink) => Promise<void>,
  onUp?: () => void,
): Promise<BrokerConnection> {
  const tls = { caFile: '', certFile: '', keyFile: '' };
  const options = { url, ...tls, heartbeatSeconds: 10, connectSeconds: 20, name: 'test' };
  return openConnection(options, createLogger('silent'), setup, onUp);
}

/** Takes this many messages out of a queue, in order, and acknowledges them. */
export async function takeAll(
  connection: ChannelModel,
  queue: string,
  count: number,
  ms?: number,
): Promise<GetMessage[]> {
  const channel = await connection.createChannel();
  const taken: GetMessage[] = [];
  try {
    await eventually(async () => {
      for (;;) {
        const message = await channel.get(queue, { noAck: true });
        if (message === false) break;
        taken.push(message);
      }
      if (taken.length < count) throw new Error(`${taken.length} of ${count} messages in ${queue}`);
    }, ms);
    return taken;
  } finally {
    await channel.close();
  }
}

/** How many messages wait in a queue, those in somebody's hand not counted. */
export async function countReady(connection: ChannelModel, queue: string): Promise<number> {
  const channel = await connection.createChannel();
  try {
    return (await channel.checkQueue(queue)).messageCount;
  } finally {
    await channel.close();
  }
}
