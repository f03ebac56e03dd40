/**
 * Walking through the queue of dead letters. Guarantees that looking loses nothing, that each letter is seen once
 * however long the walk takes, and that it ends, also while new ones come. The letters stay in their order after a whole
 * walk, but for one that was looked at very often: it goes to the end.
 */

import type { ChannelModel, GetMessage } from 'amqplib';
import { AppError } from '../../platform/errors.ts';
import { closeChannel } from '../close-channel.ts';
import { inspectQueue } from '../inspect.ts';
import type { Publisher } from '../publisher.ts';
import type { Topology } from '../topology.ts';
import { openPublisher } from '../with-broker.ts';
import { type DeadLetter, publishLetter, toDeadLetter } from './dead-letter.ts';

/** What to do with a letter after it was seen. */
export type Verdict = 'keep' | 'remove' | 'stop';

/** From 4.0 on RabbitMQ drops what was delivered 20 times: well before that a letter is put in anew. */
const RENEW_AT_DELIVERY = 10;

/** RabbitMQ ends a channel that keeps a message for 30 minutes: well before that all go back, and come again. */
const HOLD_MS = 600_000;

/**
 * Shows each letter, oldest first, to `see`, until it has seen all that were there at the start. Letters that are kept
 * are in hand for `holdMs`, then for a moment in the queue. Rejects with `not-found` where there is no such queue.
 */
export async function walkDeadLetters(
  model: ChannelModel,
  names: Topology,
  see: (letter: DeadLetter) => Verdict | Promise<Verdict>,
  holdMs = HOLD_MS,
): Promise<void> {
  // Bounded by what is there now: what is refused again while we look goes to the end of the same queue.
  const count = await countLetters(model, names);
  const channel = await model.createChannel();
  channel.on('error', () => {}); // the call that fails rejects with it
  /** How many of each id were seen and kept, and how many of those went back, so that they come again. */
  const kept = new Map<string, number>();
  let again = new Map<string, number>();
  let heldSince = performance.now();
  let renewing: Publisher | undefined;

  async function renew(letter: DeadLetter, message: GetMessage): Promise<void> {
    renewing ??= await openPublisher(model, CONFIRM_SECONDS);
    await publishLetter(renewing, names.deadLetterExchange, letter, /^x-delivery-count$/);
    channel.ack(message);
    add(kept, letter.id, -1);
  }

  try {
    for (let seen = 0; seen < count; ) {
      const message = await channel.get(names.deadLetters);
      if (message === false) break;
      const letter = toDeadLetter(message);
      const isAgain = add(again, letter.id, -1) >= 0;
      const verdict = isAgain ? 'keep' : await see(letter);
      if (!isAgain) seen++;
      if (verdict === 'remove') channel.ack(message);
      else {
        if (!isAgain) add(kept, letter.id, 1);
        if (timesDelivered(letter) >= RENEW_AT_DELIVERY) await renew(letter, message);
      }
      if (verdict === 'stop') return;
      // Not while some are on their way again: it would go no further.
      if (!isAgain && performance.now() - heldSince > holdMs) {
        channel.nackAll(true);
        again = new Map(kept);
        heldSince = performance.now();
      }
    }
    // All of them, so that they stay in their order: up to 3.13 RabbitMQ puts what is given back behind the others.
    channel.nackAll(true);
  } finally {
    // What is in hand goes back to the front; ten or more are shuffled there.
    await closeChannel(channel).catch(() => {});
  }
}

async function countLetters(model: ChannelModel, { deadLetters }: Topology): Promise<number> {
  const queue = await inspectQueue(model, deadLetters);
  if (queue !== undefined) return queue.messages;
  const todo = 'start the service once, or see whether AMQP_PREFIX is right';
  throw new AppError('not-found', `there is no queue ${deadLetters}: ${todo}`);
}

const CONFIRM_SECONDS = 10;

function add(counts: Map<string, number>, id: string, by: number): number {
  const count = (counts.get(id) ?? 0) + by;
  counts.set(id, count);
  return count;
}

function timesDelivered({ headers }: DeadLetter): number {
  return Number(headers['x-delivery-count'] ?? 0);
}
