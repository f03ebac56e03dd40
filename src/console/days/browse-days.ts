/**
 * Earlier days as a person looks through them: one day, or what a search over all days found. Guarantees that what is
 * shown is of one log and of the latest question: an answer to an earlier one is dropped, and where the log has become
 * another one meanwhile, all is read anew. It changes nothing of the day that rings.
 */

import { LogRefused } from '../log/ask-service.ts';
import { dayOf, isDay, stepDay } from './calendar.ts';
import type { DayPage, DaysFault, ShownDay, ShownDays, ShownSearch } from './day-values.ts';
import type { DayReader } from './request-days.ts';

export interface DayBrowser {
  readonly shown: ShownDays;
  /** The first day of which something is kept, as far as that is known. */
  readonly keptFrom: string | undefined;
  /** Today or later is today; what is no day changes nothing. */
  choose(day: string): void;
  step(by: -1 | 1): void;
  toToday(): void;
  /** Empty: what is to be sought is asked for. */
  search(number: string): void;
  /** The next rows, or the search further back. */
  goOn(): void;
  retry(): void;
  /** The log that the page follows is another one: what is shown of the one before is read anew. */
  logChanged(): void;
}

export interface DayBrowserOptions {
  reader: DayReader;
  /** Milliseconds since 1970. */
  now(): number;
  onChange(): void;
}

/** One press searches on until it has found some, or has asked so often: 100,000 alerts. */
const SEARCHES = 20;
const ENOUGH_FOUND = 20;

const UNREAD = { isReading: false, fault: undefined, epoch: undefined, alerts: [], next: null };

export function createDayBrowser({ reader, now, onChange }: DayBrowserOptions): DayBrowser {
  let shown: ShownDays = { name: 'today' };
  let keptFrom: string | undefined;
  /** Counts the questions: an answer to an earlier one is dropped. */
  let turn = 0;

  function become(next: ShownDays): void {
    shown = next;
    onChange();
  }

  /** Shows each value that `read` gives, and what it throws, until another question comes. */
  async function follow(read: AsyncIterable<ShownDay | ShownSearch>): Promise<void> {
    const mine = ++turn;
    try {
      for await (const next of read) {
        if (mine !== turn) return;
        if (next.name === 'day') keptFrom = keptSince(next) ?? keptFrom;
        become(next);
      }
    } catch (error) {
      if (mine !== turn || shown.name === 'today') return;
      become({ ...shown, isReading: false, fault: faultOf(error) });
    }
  }

  const readDay = (day: string) => {
    const empty: ShownDay = { ...UNREAD, name: 'day', day, numbers: undefined };
    become({ ...empty, isReading: true });
    void follow(firstPage(reader, empty));
  };

  function search(number: string): void {
    const empty: ShownSearch = { ...UNREAD, name: 'search', number: number.trim(), searchedTo: null };
    become({ ...empty, isReading: empty.number !== '' });
    void follow(searchOn(reader, empty));
  }

  function choose(day: string): void {
    if (!isDay(day)) return;
    if (day >= dayOf(now())) toToday();
    else if (shown.name !== 'day' || shown.day !== day) readDay(day);
  }

  function toToday(): void {
    turn++;
    become({ name: 'today' });
  }

  function again(): void {
    if (shown.name === 'day') readDay(shown.day);
    if (shown.name === 'search') search(shown.number);
  }

  function goOn(): void {
    if (shown.name === 'today' || shown.next === null || shown.isReading) return;
    const before = { ...shown, fault: undefined };
    become({ ...before, isReading: true });
    void follow(before.name === 'day' ? nextPage(reader, before) : searchOn(reader, before));
  }

  return {
    get shown() {
      return shown;
    },
    get keptFrom() {
      return keptFrom;
    },
    choose,
    step: (by) => choose(stepDay(shown.name === 'day' ? shown.day : dayOf(now()), by)),
    toToday,
    search,
    goOn,
    retry() {
      if (shown.name !== 'today' && shown.next !== null) goOn();
      else again();
    },
    logChanged: again,
  };
}

async function* firstPage(reader: DayReader, empty: ShownDay): AsyncGenerator<ShownDay> {
  const [numbers, page] = await Promise.all([reader.numbers(empty.day), reader.page(empty.day, 0)]);
  if (numbers.epoch !== page.epoch) throw new Error('the log became another one between two answers');
  yield { ...withPage(empty, page), numbers };
}

async function* nextPage(reader: DayReader, before: ShownDay): AsyncGenerator<ShownDay> {
  const page = await reader.page(before.day, before.next ?? 0);
  if (page.epoch === before.epoch) yield withPage(before, page);
  else yield* firstPage(reader, { ...before, ...UNREAD, numbers: undefined });
}

async function* searchOn(reader: DayReader, before: ShownSearch): AsyncGenerator<ShownSearch> {
  let found = before;
  for (let searches = 0; found.number !== '' && searches < SEARCHES; searches++) {
    const page = await reader.search(found.number, found.next ?? undefined);
    if (found.epoch !== undefined && page.epoch !== found.epoch) {
      yield* searchOn(reader, { ...found, ...UNREAD, searchedTo: null });
      return;
    }
    found = { ...withPage(found, page), searchedTo: page.searchedTo ?? found.searchedTo };
    const isEnough = found.alerts.length - before.alerts.length >= ENOUGH_FOUND;
    if (found.next === null || isEnough) break;
    yield { ...found, isReading: true };
  }
  yield { ...found, isReading: false };
}

function withPage<T extends ShownDay | ShownSearch>(before: T, page: DayPage): T {
  const { epoch, notifications, next } = page;
  return {
    ...before,
    isReading: false,
    fault: undefined,
    epoch,
    alerts: [...before.alerts, ...notifications],
    next,
  };
}

function keptSince({ numbers }: ShownDay): string | undefined {
  return typeof numbers?.keptFrom === 'string' ? dayOf(Date.parse(numbers.keptFrom)) : undefined;
}

function faultOf(error: unknown): DaysFault {
  if (!(error instanceof LogRefused)) return 'lost';
  return error.reason === 'invalid' ? 'refused' : 'signed-out';
}
