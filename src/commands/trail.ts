/**
 * The trail of one order: what is known of it from everywhere, in the order of time, and what is missing. Pure.
 *
 * Times are of several clocks, Postgres's, the payment provider's and the upstreams': a step may seem to come before
 * its cause.
 */

import type { DeadLetter } from '../broker/dead-letters/dead-letter.ts';
import { kindOfType } from '../domain/event-kinds.ts';
import type { OrderId } from '../domain/order.ts';
import type { TracedOrder, WaitingEvent } from '../orders/order-trail.ts';
import type { OrderLogEntry } from '../shop-log/order-log.ts';

/** What Postgres knows. */
export interface Recorded {
  /** Undefined where it is not an order of this service. */
  order: TracedOrder | undefined;
  waiting: readonly WaitingEvent[];
  log: readonly OrderLogEntry[];
}

export interface Findings extends Recorded {
  /** Undefined where they could not be looked at. */
  deadLetters: readonly DeadLetter[] | undefined;
}

export interface Step {
  /** ISO 8601; undefined of a dead letter without a date. */
  at: string | undefined;
  what: 'created' | 'paid' | 'reminded' | 'waits' | 'logged' | 'acknowledged' | 'refused';
  eventId?: string;
  /** In words. */
  detail: string;
}

/** Every step that is known, oldest first; what has no time comes last. */
export function stepsOf({ order, waiting, log, deadLetters = [] }: Findings): Step[] {
  const steps: Step[] = [];
  const add = (at: Date | null, what: Step['what'], detail: string, eventId?: string | null) => {
    if (at === null) return;
    steps.push({ at: at.toISOString(), what, detail, ...(eventId ? { eventId } : {}) });
  };
  if (order !== undefined) {
    add(order.createdAt, 'created', `number ${order.number}, shop ${order.shopId}`);
    add(order.paidAt, 'paid', '', order.paidEventId);
    add(order.remindedAt, 'reminded', 'for the last time');
  }
  for (const { key, eventId, recordedAt } of waiting) {
    add(recordedAt, 'waits', `${key} was recorded and waits in the outbox`, eventId);
  }
  for (const { shopId, seq, type, eventId, occurredAt, storedAt, acknowledged } of log) {
    const took = span(storedAt.getTime() - occurredAt.getTime());
    const what = kindOfType(type)?.noun.replace(/^an? /, '') ?? `an alert of type ${type}`;
    add(storedAt, 'logged', `${what}, seq ${seq} of shop ${shopId}, ${took} after it occurred`, eventId);
    if (acknowledged) {
      const { n, sid, subject, at } = acknowledged;
      const by = subject === null ? sid : `${sid} with a token of ${subject}`;
      add(at, 'acknowledged', `seq ${seq} by ${by}, receipt ${n}`, eventId);
    }
  }
  for (const { id, at, routingKey, reason, detail, messageId } of deadLetters) {
    const why = [reason, detail].filter((part) => part !== '').join(': ');
    const step: Step = {
      at: at || undefined,
      what: 'refused',
      detail: `${routingKey}, dead letter ${id}, ${why}`,
    };
    steps.push(messageId === undefined ? step : { ...step, eventId: messageId });
  }
  return steps.sort((a, b) => timeOf(a) - timeOf(b));
}

/** Whether the event of the payment is in none of the places, all of which were looked at. */
export function isPaymentMissing({ order, waiting, log, deadLetters }: Findings): boolean {
  const eventId = order?.paidEventId ?? undefined;
  if (eventId === undefined || deadLetters === undefined) return false;
  const isThere =
    waiting.some((one) => one.eventId === eventId) ||
    log.some((one) => one.eventId === eventId && one.shopId === order?.shopId);
  return !isThere && !deadLetters.some(({ messageId }) => messageId === eventId);
}

/** Of all events of the order that are known. */
export function eventIdsOf({ order, waiting, log }: Recorded): string[] {
  const paid = order?.paidEventId ?? undefined;
  return [...waiting, ...log].map(({ eventId }) => eventId).concat(paid ?? []);
}

/** By which a dead letter is found to belong to the order. */
export interface Names {
  orderId: OrderId | undefined;
  orderNumber: string | undefined;
  /** Of an order of ours: what names another shop is of another order. */
  shopId: string | undefined;
  eventIds: readonly string[];
}

/** By its fields; where it cannot be read, by its text. */
export function mentions({ messageId, body }: Pick<DeadLetter, 'messageId' | 'body'>, names: Names): boolean {
  const { orderId, orderNumber, shopId, eventIds } = names;
  if (messageId !== undefined && eventIds.includes(messageId)) return true;
  const text = body.toString('utf8');
  const fields = objectIn(text);
  const words = [orderId, orderNumber].flatMap((word) => (word === undefined ? [] : [String(word)]));
  if (fields === undefined) return words.some((word) => containsWord(text, word));
  if (typeof fields.eventId === 'string' && eventIds.includes(fields.eventId)) return true;
  if (shopId !== undefined && typeof fields.shopId === 'string' && fields.shopId !== shopId) return false;
  return [fields.orderId, fields.orderNumber].some(
    (field) => field !== undefined && words.includes(String(field)),
  );
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function containsWord(text: string, word: string): boolean {
  const escaped = word.replace(/[.]/g, '\\.');
  return new RegExp(`(?<![A-Za-z0-9._-])${escaped}(?![A-Za-z0-9._-])`).test(text);
}

function timeOf({ at }: Step): number {
  return at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at);
}

/** A time span as people read it: `12 ms`, `3.4 s`, `5 min`, `2.0 h`, `3.1 d`. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1_000) return `${ms} ms`;
  if (size < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (size < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (size < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${(ms / 86_400_000).toFixed(1)} d`;
}

/** One line for each step: when, how long after the one before, what, and the event's id. */
export function asTable(steps: readonly Step[]): string[] {
  const rows = steps.map(({ at, what, eventId, detail }, index) => {
    const before = steps[index - 1]?.at;
    const since =
      at === undefined || before === undefined ? '' : `+${span(Date.parse(at) - Date.parse(before))}`;
    return [at ?? 'at some time', since, what, eventId ?? '', detail];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
