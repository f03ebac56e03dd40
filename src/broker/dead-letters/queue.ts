/**
 * Working with the queue of dead letters: looking, sending again, emptying. Guarantees that a letter leaves the queue
 * only after the broker has confirmed where it went: whatever fails in between leaves it where it was.
 */

import type { ChannelModel } from 'amqplib';
import { closeChannel } from '../close-channel.ts';
import type { Topology } from '../topology.ts';
import { openPublisher } from '../with-broker.ts';
import { type DeadLetter, publishLetter } from './dead-letter.ts';
import { type Verdict, walkDeadLetters } from './walk.ts';

export interface DeadLetterFilter {
  key?: string | undefined;
  reason?: string | undefined;
  /** ISO 8601: those from then on. */
  since?: string | undefined;
  limit?: number | undefined;
}

/** Shows the letters that match, oldest first; resolves with how many they are. */
export async function showDeadLetters(
  model: ChannelModel,
  names: Topology,
  filter: DeadLetterFilter,
  show: (letter: DeadLetter) => void,
): Promise<number> {
  let shown = 0;
  await walkDeadLetters(model, names, (letter) => {
    if (shown >= (filter.limit ?? Number.POSITIVE_INFINITY)) return 'stop';
    if (matches(letter, filter)) {
      shown++;
      show(letter);
    }
    return 'keep';
  });
  return shown;
}

/** The letter with this id, or with this message id. */
export async function findDeadLetter(
  model: ChannelModel,
  names: Topology,
  id: string,
): Promise<DeadLetter | undefined> {
  let found: DeadLetter | undefined;
  await walkDeadLetters(model, names, (letter) => {
    if (letter.id !== id && letter.messageId !== id) return 'keep';
    found = letter;
    return 'stop';
  });
  return found;
}

export interface RedriveOptions {
  filter: DeadLetterFilter;
  /** Says what would be sent, and sends nothing. */
  dryRun: boolean;
  /** Waits before each letter but the first, to keep to a rate. */
  pace(): Promise<void>;
  confirmSeconds: number;
  /** How long letters that stay may be in hand; less than the broker's consumer timeout. */
  holdMs?: number;
  onRedriven(letter: DeadLetter): void;
  onFailed(letter: DeadLetter, error: unknown): void;
}

export interface Redriven {
  redriven: number;
  failed: number;
}

/**
 * Publishes the letters that match to the exchange `orders` again, each with its own routing key, message id and time,
 * so that an event which is in the log already is recognised. A letter that no queue takes stays where it is.
 */
export async function redriveDeadLetters(
  model: ChannelModel,
  names: Topology,
  options: RedriveOptions,
): Promise<Redriven> {
  const publisher = await openPublisher(model, options.confirmSeconds);
  const result = { redriven: 0, failed: 0 };
  const limit = options.filter.limit ?? Number.POSITIVE_INFINITY;
  const redrive = async (letter: DeadLetter): Promise<Verdict> => {
    if (result.redriven + result.failed >= limit) return 'stop';
    if (!matches(letter, options.filter)) return 'keep';
    if (result.redriven + result.failed > 0) await options.pace();
    try {
      if (!options.dryRun) await publishLetter(publisher, names.orders, letter, NOT_THE_SENDERS);
      result.redriven++;
      options.onRedriven(letter);
      return options.dryRun ? 'keep' : 'remove';
    } catch (error) {
      result.failed++;
      options.onFailed(letter, error);
      return 'keep';
    }
  };
  await walkDeadLetters(model, names, redrive, options.holdMs);
  return result;
}

/** Removes all letters for good; resolves with how many. */
export async function purgeDeadLetters(model: ChannelModel, names: Topology): Promise<number> {
  const channel = await model.createChannel();
  channel.on('error', () => {}); // the call that fails rejects with it
  const { messageCount } = await channel.purgeQueue(names.deadLetters);
  await closeChannel(channel);
  return messageCount;
}

/** What the refusal and the broker added to the headers that the sender wrote. */
const NOT_THE_SENDERS = /^x-(orderbell|death|first-death|last-death|delivery)/;

function matches(letter: DeadLetter, { key, reason, since }: DeadLetterFilter): boolean {
  if (key !== undefined && letter.routingKey !== key) return false;
  if (reason !== undefined && letter.reason !== reason) return false;
  return since === undefined || (letter.at !== '' && Date.parse(letter.at) >= Date.parse(since));
}
