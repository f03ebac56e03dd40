/** Closing one channel. amqplib waits for the broker's answer for ever, also when the link is lost before it comes. */

import type { Channel } from 'amqplib';

/** Resolves when the channel is closed, by our asking or by any other end. Rejects if it was closed already. */
export async function closeChannel(channel: Channel): Promise<void> {
  const closed = new Promise<void>((resolve) => channel.once('close', resolve));
  await Promise.race([channel.close(), closed]);
}
