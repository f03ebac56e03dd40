/**
 * One system call for all that amqplib writes to its socket in one turn. By itself it makes one for each message and
 * each acknowledgement, and with `noDelay` each becomes a packet of its own, which the broker reads one by one: with a
 * batch for hundreds of shops that was the largest cost on both sides. Nothing is held back beyond the turn.
 */

import { Writable } from 'node:stream';
import type { ChannelModel } from 'amqplib';

/** For a fresh connection. Does nothing where amqplib keeps its socket elsewhere than it did. */
export function gatherWritesOf({ connection }: ChannelModel): void {
  if ('stream' in connection && connection.stream instanceof Writable) gatherWrites(connection.stream);
}

export function gatherWrites(stream: Writable): void {
  const flush = () => stream.uncork();
  stream.write = new Proxy(stream.write, {
    apply(write, _, args) {
      if (stream.writableCorked === 0) {
        stream.cork();
        queueMicrotask(flush);
      }
      return Reflect.apply(write, stream, args);
    },
  });
}
