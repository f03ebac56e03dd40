/**
 * The durable pipe: amqplib consumes, one `INSERT` of many rows is in flight at a time, uWebSockets.js publishes, one
 * acknowledgement a batch. The least that a bell which loses nothing could do: no places in a log, no resuming.
 */

import { takeCommands } from '../commands.ts';
import { consumeDurably } from './durable-consumer.ts';
import { createPipeSockets, openPipeChannel, type PipeSource } from './pipe-sockets.ts';

export interface DurablePipeCommands {
  /** Sockets at `{n}` of shop `{shop}`. */
  start(source: PipeSource & { databaseUrl: string }): Promise<{ url: string }>;
}

const commands: DurablePipeCommands = {
  async start(source) {
    const sockets = createPipeSockets();
    const channel = await openPipeChannel(source);
    await consumeDurably(channel, source.queue, source.databaseUrl, sockets);
    return { url: await sockets.listen() };
  },
};
takeCommands(commands);
