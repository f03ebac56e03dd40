/**
 * Asks the service for a page of the shop's log. Guarantees that what it resolves with has the form that is promised:
 * whatever a proxy puts in its place is an error like any other.
 */

import { askService, isObject, type ServiceAccess } from './ask-service.ts';
import type { FetchLogPage, LogAnswer, LoggedAlert } from './read-day.ts';

export interface RequestPageOptions extends ServiceAccess {
  /** With the service's time, by each answer: a time as JSON or a header has it. */
  onTime(time: string): void;
}

/** What it returns rejects with `LogRefused`, or with an error that may pass. */
export function createPageReader({ onTime, ...service }: RequestPageOptions): FetchLogPage {
  const path = `shops/${encodeURIComponent(service.shop)}/notifications`;
  return async (since, limit) => {
    const { data, time } = await askService(service, path, { since: String(since), limit: String(limit) });
    if (time !== undefined) onTime(time);
    if (!isPage(data)) throw new Error('the log could not be read');
    return data;
  };
}

function isPage(value: unknown): value is LogAnswer {
  return (
    isObject(value) &&
    typeof value.epoch === 'string' &&
    [value.head, value.oldest, value.receipts].every(Number.isSafeInteger) &&
    (value.open === undefined || Number.isSafeInteger(value.open)) &&
    Array.isArray(value.notifications) &&
    value.notifications.every(isAlert)
  );
}

export function isAlert(value: unknown): value is LoggedAlert {
  return (
    isObject(value) &&
    Number.isSafeInteger(value.seq) &&
    // A later version may log a type that this page does not know: one such must not hide all the others.
    Number.isSafeInteger(value.type) &&
    (typeof value.orderId === 'number' || typeof value.orderId === 'string') &&
    typeof value.content === 'string' &&
    typeof value.occurredAt === 'string' &&
    (value.summary === undefined || typeof value.summary === 'string') &&
    (value.amount === undefined || Number.isSafeInteger(value.amount)) &&
    (value.ackedBy === undefined || value.ackedBy === null || typeof value.ackedBy === 'string') &&
    (value.ackedAt === undefined || typeof value.ackedAt === 'string') &&
    (value.escalated === undefined || isEscalated(value.escalated))
  );
}

function isEscalated(value: unknown): boolean {
  return isObject(value) && Array.isArray(value.targets) && typeof value.at === 'string';
}
