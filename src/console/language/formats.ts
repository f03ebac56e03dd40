/** Times as people of the language write them. Pure; the time zone is the browser's, or a test's. */

import type { Strings } from './strings.ts';

export interface Formats {
  /** `17:14`; with its day where that is before the day that began at `dayStart`, and with its year where that is another. */
  time(iso: string, dayStart: number): string;
  /** How long ago, in words: `3 min ago`. What is to come counts as now. */
  age(iso: string, now: number): string;
  /** `¥42.00`; an amount is in fen. */
  amount(fen: number): string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function createFormats(text: Strings, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone } as const;
  const time = new Intl.DateTimeFormat(text.lang, clock);
  const dayAndTime = new Intl.DateTimeFormat(text.lang, { month: 'short', day: 'numeric', ...clock });
  const yearAndTime = new Intl.DateTimeFormat(text.lang, {
    ...{ year: 'numeric', month: 'short', day: 'numeric' },
    ...clock,
  });
  const yearOf = new Intl.DateTimeFormat('en', { year: 'numeric', ...zone });
  const relative = new Intl.RelativeTimeFormat(text.lang, { style: 'short', numeric: 'always' });

  const yuan = new Intl.NumberFormat(text.lang, {
    ...{ style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' },
    ...{ minimumFractionDigits: 2, maximumFractionDigits: 2 },
  });

  return {
    amount: (fen) => yuan.format(fen / 100),
    time(iso, dayStart) {
      const at = Date.parse(iso);
      if (at >= dayStart) return time.format(at);
      const isThisYear = yearOf.format(at) === yearOf.format(dayStart);
      return (isThisYear ? dayAndTime : yearAndTime).format(at);
    },
    age(iso, now) {
      const ms = now - Date.parse(iso);
      if (ms < MINUTE) return text.alert.justNow;
      if (ms < HOUR) return relative.format(-Math.floor(ms / MINUTE), 'minute');
      if (ms < DAY) return relative.format(-Math.floor(ms / HOUR), 'hour');
      return relative.format(-Math.floor(ms / DAY), 'day');
    },
  };
}

/** The last midnight of the browser's zone, or the next one. */
export function midnight(now: number, days = 0): number {
  const at = new Date(now);
  at.setHours(0, 0, 0, 0);
  at.setDate(at.getDate() + days); // a day of a clock change has 23 or 25 hours
  return at.getTime();
}
