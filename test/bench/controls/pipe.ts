/**
 * The bare pipe: amqplib consumes, `JSON.parse`, uWebSockets.js publishes, one acknowledgement each. Nothing is kept, so
 * whoever is away misses it: the least that a bell on RabbitMQ could do.
 */

import { takeCommands } from '../commands.ts';
import { createPipeSockets, openPipeChannel, type PipeSource, readEvent } from './pipe-sockets.ts';

export interface PipeCommands {
  /** Sockets at `{n}` of shop `{shop}`. */
  start(source: PipeSource): Promise<{ url: string }>;
}

const PREFETCH = 500;

const commands: PipeCommands = {
  async start(source) {
    const sockets = createPipeSockets();
    const channel = await openPipeChannel(source);
    await channel.prefetch(PREFETCH);
    await channel.consume(source.queue, (message) => {
      if (message === null) return;
      sockets.publish(readEvent(message.content));
      channel.ack(message);
    });
    return { url: await sockets.listen() };
  },
};
takeCommands(commands);
