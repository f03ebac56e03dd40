/**
 * The proof that the broker at the other end of a link still has its cluster. Guarantees that a link is up only after a
 * majority of the nodes has answered through it, and is ended soon after none does any more: a node that was cut off
 * from the others keeps its clients' connections, answers heartbeats, and neither confirms nor delivers.
 *
 * It asks for a message of an empty quorum queue, which the queue's leader answers only with its majority. A declaration
 * is answered by the node alone. A publish would be as good, but an alarm of the broker stops a connection
 * that publishes, and with it the acknowledgements of its consumers, which end the alarm.
 */

import type { Channel } from 'amqplib';
import { delayOrAbort } from '../platform/backoff.ts';
import { withDeadline } from '../platform/deadline.ts';
import { messageOf } from '../platform/errors.ts';
import { type BrokerLink, onUsable } from './link.ts';

export interface PulseOptions {
  /** A quorum queue to which nothing is ever sent. */
  queue: string;
  everySeconds: number;
  /** How long an answer may take; the choice of a new leader is part of it. */
  answerSeconds: number;
}

/** Rejects where there is no pulse; else takes it again and again. For the connection's set-up. */
export async function watchPulse(link: BrokerLink, options: PulseOptions): Promise<void> {
  const { queue, everySeconds, answerSeconds } = options;
  const channel = await link.model.createChannel();
  link.watch(channel, 'pulse');
  const closing = new AbortController();
  channel.on('close', () => closing.abort());
  let isUsable = false;
  onUsable(link, channel, (usable) => {
    isUsable = usable;
  });
  const take = () => withDeadline(ask(channel, queue), answerSeconds * 1000, 'an answer of the cluster');
  await take();
  const repeat = async () => {
    while (await delayOrAbort(everySeconds * 1000, closing.signal)) {
      if (!isUsable) continue;
      // Blocked meanwhile, it answers when that is over.
      await take().catch((error) => {
        if (isUsable) link.fail(messageOf(error));
      });
    }
  };
  void repeat();
}

async function ask(channel: Channel, queue: string): Promise<void> {
  const message = await channel.get(queue);
  if (message !== false) channel.ack(message); // a stray message: the queue is for asking only
}
