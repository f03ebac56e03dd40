/**
 * The trail of one order: what is known of it from everywhere, in the order of time, and what is missing. Pure.
 *
 * Times are of several clocks, Postgres's, the payment provider's and the upstreams': a step may seem to come before
 * its cause.
 */

import type { DeadLetter } from '../broker/dead-letters/dead-letter.ts';
import { kindOfType } from '../domain/event-kinds.ts';
import type { OrderId } from '../domain/order.ts';
import type { OrderTrail } from '../domain/order-trail.ts';
import { type TimelineStep, timelineOf } from '../domain/timeline.ts';

export interface Findings extends OrderTrail {
  /** Undefined where they could not be looked at. */
  readonly deadLetters: readonly DeadLetter[] | undefined;
}

export interface Step {
  /** ISO 8601; undefined of a dead letter without a date. */
  at: string | undefined;
  what: TimelineStep['what'] | 'refused';
  eventId?: string;
  /** In words. */
  detail: string;
}

/** Every step that is known, oldest first; what has no time comes last. */
export function stepsOf(findings: Findings): Step[] {
  const { deadLetters = [], log } = findings;
  const eventIds = new Map(log.map(({ shopId, seq, eventId }) => [`${shopId} ${seq}`, eventId]));
  const steps = timelineOf(findings).map((step): Step => {
    const { at, what } = step;
    const ofLog = 'seq' in step ? eventIds.get(`${step.shopId} ${step.seq}`) : undefined;
    const eventId = 'eventId' in step ? step.eventId : ofLog;
    return { at, what, ...(eventId === undefined ? {} : { eventId }), detail: detailOf(step, findings) };
  });
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

function detailOf(step: TimelineStep, findings: OrderTrail): string {
  switch (step.what) {
    case 'created':
      return `number ${findings.order?.number}, shop ${step.shopId}`;
    case 'paid':
      return '';
    case 'reminded':
      return 'for the last time';
    case 'waits':
      return `${step.key} was recorded and waits in the outbox`;
    case 'published':
      return 'to the broker';
    case 'logged': {
      const took = span(Date.parse(step.at) - Date.parse(step.occurredAt));
      const what = kindOfType(step.type)?.noun.replace(/^an? /, '') ?? `an alert of type ${step.type}`;
      return `${what}, seq ${step.seq} of shop ${step.shopId}, ${took} after it occurred`;
    }
    case 'broadcast':
      return `seq ${step.seq} to the sockets of its shop`;
    case 'seen':
    case 'spoken':
      return `seq ${step.seq} at ${step.sid}`;
    case 'escalated': {
      const { seq, cycle, when, presence, targets } = step;
      const to = targets.length === 0 ? '' : `, to ${targets.join(', ')}`;
      return `seq ${seq}, step ${step.step}, cycle ${cycle}, as it was ${when} (${presence})${to}`;
    }
    case 'delivery': {
      const { seq, target, state, attempts, reason } = step;
      const why = reason === undefined ? '' : `, ${reason}`;
      return `seq ${seq}, step ${step.step} to ${target}: ${state} after ${attempts} attempts${why}`;
    }
    case 'acknowledged':
      return acknowledgedBy(step, findings);
    case 'resolved':
      return `seq ${step.seq}: upstream has ${step.reason} the order`;
    case 'expired':
      return `seq ${step.seq} without an answer`;
  }
}

/** With what only an operator is shown. */
function acknowledgedBy(
  { shopId, seq, sid }: TimelineStep & { what: 'acknowledged' },
  { log }: OrderTrail,
): string {
  const settled = log.find((entry) => entry.shopId === shopId && entry.seq === seq)?.settled;
  const by = settled?.subject ? `${sid} with a token of ${settled.subject}` : sid;
  return `seq ${seq} by ${by}, receipt ${settled?.n}`;
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
export function eventIdsOf({ order, waiting, log }: OrderTrail): string[] {
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
