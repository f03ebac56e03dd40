/**
 * Working with the queue of dead letters: looking, sending again, emptying. Guarantees that looking loses nothing, and
 * that a letter leaves the queue only after the broker has confirmed where it went: whatever fails in between leaves it
 * where it was. A letter that was looked at very often goes to the end of the queue.
 */

import { createHash } from 'node:crypto';
import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import { closeChannel } from './close-channel.ts';
import { AT_HEADER, DETAIL_HEADER, REASON_HEADER } from './dead-letters.ts';
import type { Publisher } from './publisher.ts';
import type { Topology } from './topology.ts';
import { openPublisher } from './visit.ts';

export interface DeadLetter {
  /** Names this letter among the others: the same each time it is looked at. */
  id: string;
  routingKey: string;
  /** Ours, or the broker's own such as `delivery_limit`. */
  reason: string;
  detail: string;
  /** ISO 8601; empty if nobody wrote it down. */
  at: string;
  messageId: string | undefined;
  timestamp: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

export interface DeadLetterFilter {
  key?: string | undefined;
  reason?: string | undefined;
  /** ISO 8601: those from then on. */
  since?: string | undefined;
  limit?: number | undefined;
}

/** What to do with a letter after it was seen. */
type Verdict = 'keep' | 'remove' | 'stop';

/** From 4.0 on RabbitMQ drops what was delivered 20 times: well before that a letter is put in anew. */
const RENEW_AT_DELIVERY = 10;

/** Shows each letter, oldest first, to `see`, until it has seen all that were there at the start. */
async function walk(
  model: ChannelModel,
  names: Topology,
  see: (letter: DeadLetter) => Verdict | Promise<Verdict>,
): Promise<void> {
  const channel: Channel = await model.createChannel();
  channel.on('error', () => {}); // the call that fails rejects with it
  let renewing: Publisher | undefined;
  try {
    // Bounded by what is there now: what is refused again while we look goes to the end of the same queue.
    const { messageCount } = await channel.checkQueue(names.deadLetters);
    for (let seen = 0; seen < messageCount; seen++) {
      const message = await channel.get(names.deadLetters);
      if (message === false) return;
      const letter = toDeadLetter(message);
      const verdict = await see(letter);
      if (verdict === 'remove') channel.ack(message);
      else if (Number(letter.headers['x-delivery-count'] ?? 0) >= RENEW_AT_DELIVERY) {
        renewing ??= await openPublisher(model, CONFIRM_SECONDS);
        await publishLetter(renewing, names.deadLetterExchange, letter, /^x-delivery-count$/);
        channel.ack(message);
      }
      if (verdict === 'stop') return;
    }
  } finally {
    await closeChannel(channel).catch(() => {}); // what was not removed goes back to its place
  }
}

const CONFIRM_SECONDS = 10;

/** The letters that match, oldest first. */
export async function listDeadLetters(
  model: ChannelModel,
  names: Topology,
  filter: DeadLetterFilter,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  await walk(model, names, (letter) => {
    if (letters.length >= (filter.limit ?? Number.POSITIVE_INFINITY)) return 'stop';
    if (matches(letter, filter)) letters.push(letter);
    return 'keep';
  });
  return letters;
}

/** The letter with this id, or with this message id. */
export async function findDeadLetter(
  model: ChannelModel,
  names: Topology,
  id: string,
): Promise<DeadLetter | undefined> {
  let found: DeadLetter | undefined;
  await walk(model, names, (letter) => {
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
  onRedriven(letter: DeadLetter): void;
  onFailed(letter: DeadLetter, error: unknown): void;
}

export interface Redriven {
  redriven: number;
  failed: number;
}

/**
 * Publishes the letters that match to the exchange `orders` again, each with its own routing key, message id and time,
 * so that an event which is in the log already is recognised. A letter that nobody takes stays where it is.
 */
export async function redriveDeadLetters(
  model: ChannelModel,
  names: Topology,
  options: RedriveOptions,
): Promise<Redriven> {
  const publisher = await openPublisher(model, options.confirmSeconds);
  const result = { redriven: 0, failed: 0 };
  const limit = options.filter.limit ?? Number.POSITIVE_INFINITY;
  await walk(model, names, async (letter) => {
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
  });
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

/** Publishes the letter as it is, but for the headers that match `without`; resolves when that is confirmed. */
function publishLetter(
  publisher: Publisher,
  exchange: string,
  letter: DeadLetter,
  without: RegExp,
): Promise<void> {
  const { routingKey, body, messageId, timestamp } = letter;
  const kept = Object.entries(letter.headers).filter(([name]) => !without.test(name));
  return publisher.publish({
    exchange,
    routingKey,
    body,
    messageId,
    timestamp,
    headers: Object.fromEntries(kept),
  });
}

function matches(letter: DeadLetter, { key, reason, since }: DeadLetterFilter): boolean {
  if (key !== undefined && letter.routingKey !== key) return false;
  if (reason !== undefined && letter.reason !== reason) return false;
  return since === undefined || (letter.at !== '' && Date.parse(letter.at) >= Date.parse(since));
}

function toDeadLetter({ content, fields, properties }: GetMessage): DeadLetter {
  const headers: Record<string, unknown> = properties.headers ?? {};
  const reason = text(headers[REASON_HEADER]) || text(headers['x-first-death-reason']) || 'unknown';
  const at = text(headers[AT_HEADER]) || timeOfDeath(headers['x-death']);
  const messageId: string | undefined = properties.messageId;
  const hash = createHash('sha256').update(JSON.stringify([fields.routingKey, messageId ?? '', reason, at]));
  return {
    id: hash.update(content).digest('hex').slice(0, 12),
    routingKey: fields.routingKey,
    reason,
    detail: text(headers[DETAIL_HEADER]),
    at,
    messageId,
    timestamp: properties.timestamp,
    headers,
    body: content,
  };
}

/** The broker writes a list of deaths, each with the seconds since 1970 of the newest. */
function timeOfDeath(deaths: unknown): string {
  const newest: unknown = Array.isArray(deaths) ? deaths[0]?.time?.value : undefined;
  return typeof newest === 'number' ? new Date(newest * 1000).toISOString() : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
