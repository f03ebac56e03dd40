/**
 * The hours in which a shop is open, by the clock on its wall. Guarantees that what `readOpeningHours` takes is well-formed
 * and without overlap, and that opening and closing follow the zone's changes of its clock: a time that a change leaves out
 * begins with the change, and a time that comes twice counts both times. Pure.
 */

import { DateTime, IANAZone } from 'luxon';

/** In the order of luxon's and ISO's numbers: Monday is 1. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Minutes since the midnight with which the day begins; an `end` above 1440 lies in the day after. */
interface Interval {
  start: number;
  end: number;
}

export interface OpeningHours {
  /** An IANA name, such as `Asia/Shanghai`. */
  timeZone: string;
  /** By the weekday's number from 1, in the order of `start`. */
  days: ReadonlyMap<number, readonly Interval[]>;
}

export type ReadOpeningHours =
  | { ok: true; hours: OpeningHours }
  /** `path` leads to the fault, as `/mon/0`. */
  | { ok: false; path: string; rule: string };

export const isTimeZone = (name: string): boolean => IANAZone.isValidZone(name);

/** A day that is not named is closed. `09:00-22:00`; `18:00-02:00` goes on after midnight; `00:00-24:00` is all day. */
export function readOpeningHours(
  timeZone: string,
  texts: Partial<Record<Weekday, readonly string[]>>,
): ReadOpeningHours {
  const days = new Map<number, Interval[]>();
  for (const [index, weekday] of WEEKDAYS.entries()) {
    const intervals: Interval[] = [];
    for (const [place, text] of (texts[weekday] ?? []).entries()) {
      const interval = readInterval(text);
      if (interval === undefined) {
        return {
          ok: false,
          path: `/${weekday}/${place}`,
          rule: `must be HH:MM-HH:MM, of at least ${SHORTEST} minutes`,
        };
      }
      intervals.push(interval);
    }
    days.set(
      index + 1,
      intervals.toSorted((a, b) => a.start - b.start),
    );
  }
  const overlap = WEEKDAYS.find((_, index) => overlapsOn(days, index + 1));
  if (overlap !== undefined) return { ok: false, path: `/${overlap}`, rule: 'must not overlap' };
  return { ok: true, hours: { timeZone, days } };
}

export function isOpenAt(hours: OpeningHours, at: Date): boolean {
  const local = DateTime.fromJSDate(at, { zone: hours.timeZone });
  const minute = minuteOf(local);
  const before = local.weekday === 1 ? 7 : local.weekday - 1;
  return (
    intervalsOf(hours, local.weekday).some(({ start, end }) => start <= minute && minute < end) ||
    intervalsOf(hours, before).some(({ end }) => minute + DAY < end)
  );
}

/** The first instant from `at` on at which the shop is open. Hours that were read open it at some time. */
export function nextOpening(hours: OpeningHours, at: Date): Date {
  if (isOpenAt(hours, at)) return at;
  const opening = firstChange(hours, at, ({ start }) => start);
  if (opening === undefined) throw new RangeError('these hours never open the shop');
  return opening;
}

/** The instant after so many milliseconds in which the shop is open, from `from` on. */
export function afterOpenTime(hours: OpeningHours, from: Date, openMs: number): Date {
  let left = openMs;
  let at = nextOpening(hours, from);
  for (;;) {
    const closing = firstChange(hours, at, ({ end }) => end);
    const openFor = closing === undefined ? Number.POSITIVE_INFINITY : closing.getTime() - at.getTime();
    if (closing === undefined || left <= openFor) return new Date(at.getTime() + left);
    left -= openFor;
    at = nextOpening(hours, closing);
  }
}

/**
 * The first change from open to closed or back: at an edge of an interval, or where the zone's clock changes. Undefined
 * where there is none within eight days.
 */
function firstChange(hours: OpeningHours, at: Date, edge: (interval: Interval) => number): Date | undefined {
  const isOpen = isOpenAt(hours, at);
  const today = DateTime.fromJSDate(at, { zone: hours.timeZone }).startOf('day');
  // From yesterday, since its intervals may end today; eight days, since today's edge may be over.
  for (let ahead = -1; ahead <= 8; ahead++) {
    const day = today.plus({ days: ahead });
    const edges = intervalsOf(hours, day.weekday).flatMap((interval) => instantsOf(day, edge(interval)));
    const changes = [...edges, ...clockChangesOf(day)]
      .filter((change) => change > at.getTime() && isOpenAt(hours, new Date(change)) !== isOpen)
      .sort((a, b) => a - b);
    if (changes[0] !== undefined) return new Date(changes[0]);
  }
  return undefined;
}

const DAY = 24 * 60;
const SHORTEST = 15;

function readInterval(text: string): Interval | undefined {
  const match = /^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])$/.exec(text);
  if (match === null) return undefined;
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = match.slice(1).map(Number);
  const start = startHour * 60 + startMinute;
  const sameDay = endHour * 60 + endMinute;
  const end = sameDay > start ? sameDay : sameDay + DAY;
  return sameDay > DAY || end - start < SHORTEST ? undefined : { start, end };
}

/** Whether the day's intervals meet each other, or what goes on from the day before. */
function overlapsOn(days: ReadonlyMap<number, readonly Interval[]>, weekday: number): boolean {
  const before = days.get(weekday === 1 ? 7 : weekday - 1) ?? [];
  const spilled = before.filter(({ end }) => end > DAY).map(({ end }) => ({ start: 0, end: end - DAY }));
  const all = [...spilled, ...(days.get(weekday) ?? [])].toSorted((a, b) => a.start - b.start);
  return all.some(({ start }, index) => index > 0 && start < (all[index - 1]?.end ?? 0));
}

const intervalsOf = ({ days }: OpeningHours, weekday: number) => days.get(weekday) ?? [];

const minuteOf = ({ hour, minute }: DateTime) => hour * 60 + minute;

/** The instants at which the clocks of that day show the minute: two where it comes twice, none where it is left out. */
function instantsOf(day: DateTime, minuteOfDay: number): number[] {
  const date = day.plus({ days: Math.floor(minuteOfDay / DAY) });
  const minute = minuteOfDay % DAY;
  const shown = date.set({ hour: Math.floor(minute / 60), minute: minute % 60 });
  return minuteOf(shown) === minute ? shown.getPossibleOffsets().map((each) => each.toMillis()) : [];
}

/** The instant, to the minute, at which the zone's offset changes on that day. */
function clockChangesOf(day: DateTime): number[] {
  let low = day;
  let high = day.plus({ days: 1 });
  if (low.offset === high.offset) return [];
  while (high.diff(low).as('minutes') > 1) {
    const middle = low.plus({ minutes: Math.floor(high.diff(low).as('minutes') / 2) });
    if (middle.offset === high.offset) high = middle;
    else low = middle;
  }
  return [high.toMillis()];
}
