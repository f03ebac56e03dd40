/**
 * Asks the service for a page of the shop's log. Guarantees that what it resolves with has the form that is promised:
 * whatever a proxy puts in its place is an error like any other.
 */

import type { FetchLogPage, LogAnswer, LoggedAlert } from './read-day.ts';

/** The service understood, and will not: another try brings nothing until something else is asked. */
export class LogRefused extends Error {
  readonly reason: 'unauthenticated' | 'removed' | 'forbidden' | 'invalid';

  constructor(reason: LogRefused['reason'], message: string) {
    super(message);
    this.name = 'LogRefused';
    this.reason = reason;
  }
}

/** What a request to the service needs. */
export interface ServiceAccess {
  /** Where the service is; its routes lie under it. */
  base: URL;
  shop: string;
  /** Undefined where there is none. */
  token(): string | undefined;
  fetch: typeof fetch;
}

export interface RequestPageOptions extends ServiceAccess {
  /** With the service's time, by each answer: a time as JSON or a header has it. */
  onTime(time: string): void;
}

const TIMEOUT_MS = 15_000;

/** What it returns rejects with `LogRefused`, or with an error that may pass. */
export function createPageReader({ base, shop, token, fetch, onTime }: RequestPageOptions): FetchLogPage {
  return async (since, limit) => {
    const url = new URL(`shops/${encodeURIComponent(shop)}/notifications`, base);
    url.search = String(new URLSearchParams({ since: String(since), limit: String(limit) }));
    const bearer = token();
    const answer = await fetch(url, {
      headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await answer.json().catch(() => undefined);
    const { msg, data, reason } = isObject(body) ? body : {};
    const message = typeof msg === 'string' ? msg : `status ${answer.status}`;
    if (answer.status === 401 && reason === 'till-removed') throw new LogRefused('removed', message);
    if (answer.status === 401) throw new LogRefused('unauthenticated', message);
    if (answer.status === 403) throw new LogRefused('forbidden', message);
    if (answer.status === 422) throw new LogRefused('invalid', message);
    const time = isObject(data) && typeof data.now === 'string' ? data.now : answer.headers.get('Date');
    if (time !== null) onTime(time);
    if (!answer.ok || !isPage(data)) throw new Error(`the log could not be read: ${message}`);
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

function isAlert(value: unknown): value is LoggedAlert {
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

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
