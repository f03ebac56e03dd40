/** Asks the service for a day of the log, its numbers, and a number in all that is kept. What it resolves with has the form that is promised. */

import { askService, isObject, type ServiceAccess } from '../log/ask-service.ts';
import { isAlert } from '../log/request-page.ts';
import { rangeOf } from './calendar.ts';
import type { DayAlert, DayNumbers, DayPage, FoundPage } from './day-values.ts';

/** Each rejects with `LogRefused`, or with an error that may pass. */
export interface DayReader {
  page(day: string, since: number): Promise<DayPage>;
  numbers(day: string): Promise<DayNumbers>;
  search(number: string, before: number | undefined): Promise<FoundPage>;
}

const PAGE_LENGTH = 200;
const FOUND_LENGTH = 50;

export function createDayReader(service: ServiceAccess): DayReader {
  const path = `shops/${encodeURIComponent(service.shop)}/notifications`;

  async function ask<T>(
    part: string,
    query: Readonly<Record<string, string>>,
    isExpected: (data: unknown) => data is T,
  ): Promise<T> {
    const { data } = await askService(service, `${path}${part}`, query);
    if (!isExpected(data)) throw new Error('the day could not be read');
    return data;
  }
  return {
    page(day, since) {
      return ask('', { ...rangeOf(day), since: String(since), limit: String(PAGE_LENGTH) }, isDayPage);
    },
    numbers: (day) => ask('/summary', rangeOf(day), isNumbers),
    search(number, before) {
      const from: Record<string, string> = before === undefined ? {} : { before: String(before) };
      return ask('/search', { number, limit: String(FOUND_LENGTH), ...from }, isFound);
    },
  };
}

function isDayPage(value: unknown): value is DayPage {
  return isListing(value);
}

function isFound(value: unknown): value is FoundPage {
  return isListing(value) && isObject(value) && isTimeOrNull(value.searchedTo);
}

function isListing(value: unknown): value is DayPage {
  return (
    isObject(value) &&
    typeof value.epoch === 'string' &&
    (value.next === null || Number.isSafeInteger(value.next)) &&
    Array.isArray(value.notifications) &&
    value.notifications.every(isDayAlert)
  );
}

function isDayAlert(value: unknown): value is DayAlert {
  return (
    isAlert(value) &&
    'loggedAt' in value &&
    typeof value.loggedAt === 'string' &&
    (!('expiredAt' in value) || typeof value.expiredAt === 'string')
  );
}

function isNumbers(value: unknown): value is DayNumbers {
  return (
    isObject(value) &&
    typeof value.epoch === 'string' &&
    isTimeOrNull(value.keptFrom) &&
    typeof value.isWhole === 'boolean' &&
    Array.isArray(value.kinds) &&
    value.kinds.every(isKindNumbers)
  );
}

const COUNTS = ['type', 'logged', 'acknowledged', 'resolved', 'expired', 'open', 'escalated'];

function isKindNumbers(value: unknown): boolean {
  return (
    isObject(value) &&
    COUNTS.every((name) => Number.isSafeInteger(value[name])) &&
    (value.medianSeconds === null || typeof value.medianSeconds === 'number') &&
    (value.slowest === null || (isObject(value.slowest) && typeof value.slowest.seconds === 'number'))
  );
}

function isTimeOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
