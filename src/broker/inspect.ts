/** Looking at what is declared. Changes nothing. */

import type { Channel, ChannelModel } from 'amqplib';
import { closeChannel } from './close-channel.ts';

export function exchangeExists(model: ChannelModel, name: string): Promise<boolean> {
  return onChannel(model, async (channel) => {
    await channel.checkExchange(name);
    return true;
  }).catch((error) => {
    if (isNotFound(error)) return false;
    throw error;
  });
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
