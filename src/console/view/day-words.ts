/** The words for an alert of an earlier day, and for the day itself. Pure but for the time zone, which is the browser's. */

import { dayOf, dayStart } from '../days/calendar.ts';
import type { DayAlert } from '../days/day-values.ts';
import type { Formats } from '../language/formats.ts';
import type { AllStrings } from '../language/later-strings.ts';
import { tillWords } from './alert-words.ts';

/** `Thursday, 12 March 2026`. */
export function dayWords(day: string, { lang }: AllStrings): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: 'full' }).format(dayStart(day));
}

/** `17:14` on that day itself; else with its date. */
export function timeOn(day: string, iso: string, formats: Formats): string {
  const at = Date.parse(iso);
  return formats.time(iso, dayOf(at) === day ? at : at + 1);
}

/** `45 sec`, `3 min 20 sec`, `2 hr 5 min`, in one line. */
export function durationWords(seconds: number, { lang }: AllStrings): string {
  const whole = Math.round(seconds);
  const parts: [number, 'hour' | 'minute' | 'second'][] = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor((whole % 3600) / 60), 'minute'],
    [whole < 3600 ? whole % 60 : 0, 'second'],
  ];
  const shown = parts.filter(([count]) => count > 0);
  return (shown.length === 0 ? parts.slice(-1) : shown)
    .map(([count, unit]) => new Intl.NumberFormat(lang, { style: 'unit', unit }).format(count))
    .join(' ')
    .replaceAll(' ', '\u00a0');
}

/** What became of it, and how soon. `own` is this tab's `sid`. */
export function outcomeWords(
  alert: DayAlert,
  day: string,
  { text, formats, own }: { text: AllStrings; formats: Formats; own: string },
): string {
  const { ackedBy, ackedAt, reason, escalated, expiredAt } = alert;
  const { status } = text.list;
  const wasEscalated = escalated === undefined ? [] : [text.days.wasEscalated];
  if (ackedBy === undefined || ackedAt === undefined) {
    if (expiredAt !== undefined) return [text.days.expired, ...wasEscalated].join(' · ');
    if (escalated === undefined) return status.open;
    const targets = escalated.targets.join(text.listSeparator);
    return text.alert.escalated(targets, timeOn(day, escalated.at, formats));
  }
  const at = timeOn(day, ackedAt, formats);
  const seconds = Math.max(0, Date.parse(ackedAt) - Date.parse(alert.loggedAt)) / 1000;
  const after = text.days.after(durationWords(seconds, text));
  if (ackedBy !== null) {
    return [status.acknowledged(tillWords(ackedBy, own, text), at), after, ...wasEscalated].join(' · ');
  }
  const resolved = reason === 'cancelled' ? status.cancelled(at) : status.accepted(at);
  return [resolved, ...wasEscalated].join(' · ');
}
