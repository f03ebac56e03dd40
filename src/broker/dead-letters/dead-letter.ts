/** One dead letter, as an operator sees it, and putting it on its way again as it was. */

import { createHash } from 'node:crypto';
import type { GetMessage } from 'amqplib';
import type { Publisher } from '../publisher.ts';
import { AT_HEADER, DETAIL_HEADER, REASON_HEADER } from './dead-letters.ts';
import { toSendable } from './sendable.ts';

export interface DeadLetter {
  /** Names this letter among the others: the same each time it is looked at. */
  id: string;
  routingKey: string;
  /** Ours, or the broker's own such as `delivery_limit`. */
  reason: string;
  detail: string;
  /** ISO 8601; empty if it was not recorded. */
  at: string;
  messageId: string | undefined;
  timestamp: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

export function toDeadLetter({ content, fields, properties }: GetMessage): DeadLetter {
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

/**
 * Publishes the letter as it is, but for the headers that match `without`; resolves when that is confirmed. What of it
 * cannot be sent again is cut or left out, which its detail then says, if it is sent with one.
 */
export function publishLetter(
  publisher: Publisher,
  exchange: string,
  letter: DeadLetter,
  without: RegExp,
): Promise<void> {
  const { routingKey, messageId, timestamp } = letter;
  const kept = Object.entries(letter.headers).filter(([name]) => !without.test(name));
  const message = { routingKey, messageId, timestamp, headers: Object.fromEntries(kept) };
  const { sendable, changes } = toSendable(message, publisher.frameMax());
  const headers = { ...sendable.headers };
  if (changes.length > 0 && !without.test(DETAIL_HEADER)) {
    headers[DETAIL_HEADER] = [letter.detail, ...changes.map((change) => `(${change})`)].join(' ').trim();
  }
  return publisher.publish({ ...sendable, exchange, body: letter.body, headers });
}

/** The broker writes a list of deaths, each with the seconds since 1970 of the newest. */
function timeOfDeath(deaths: unknown): string {
  const newest: unknown = Array.isArray(deaths) ? deaths[0]?.time?.value : undefined;
  return typeof newest === 'number' ? new Date(newest * 1000).toISOString() : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
