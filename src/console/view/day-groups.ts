/** Alerts of earlier days, under a heading for each day where there may be several. */

import { dayOf } from '../days/calendar.ts';
import type { DayAlert, ShownDay, ShownSearch } from '../days/day-values.ts';
import { type Alerts, statusOf } from '../model/alerts.ts';
import { ordersOf } from '../model/order-number.ts';
import { createDayRow, type DayEntry } from './day-row.ts';
import { dayWords } from './day-words.ts';
import { el, newId } from './dom.ts';
import { createKeyedList, type KeyedRow } from './keyed-list.ts';
import type { DayContext } from './later-context.ts';
import type { PageState } from './page-state.ts';

export interface DayGroup {
  readonly day: string;
  readonly isOnly: boolean;
  readonly entries: readonly DayEntry[];
}

/** What is shown, by the day on which it was logged, in the order in which it is given. */
export function groupsOf(shown: ShownDay | ShownSearch, alerts: Alerts): DayGroup[] {
  const known = shown.alerts.map((alert) => withNews(alert, shown.epoch, alerts));
  const orderOf = ordersOf(known);
  const found = new Map(known.map((alert) => [alert.seq, alert]));
  const entryOf = (alert: DayAlert): DayEntry => ({ alert, order: found.get(orderOf(alert)?.seq ?? 0) });
  if (shown.name === 'day') return [{ day: shown.day, isOnly: true, entries: known.map(entryOf) }];
  const days = new Map<string, DayEntry[]>();
  for (const alert of known) {
    const day = dayOf(Date.parse(alert.loggedAt));
    days.set(day, [...(days.get(day) ?? []), entryOf(alert)]);
  }
  return [...days].map(([day, entries]) => ({ day, isOnly: false, entries }));
}

/** An alert that was open when the day was read may have been dealt with since, on this page or another. */
function withNews(alert: DayAlert, epoch: string | undefined, alerts: Alerts): DayAlert {
  if (alert.ackedBy !== undefined || epoch !== alerts.epoch) return alert;
  const live = alerts.entries.find(({ seq }) => seq === alert.seq);
  if (live === undefined || statusOf(alerts, live) !== 'acknowledged') return alert;
  const { ackedBy, ackedAt, reason } = live;
  return {
    ...alert,
    ...(ackedBy !== undefined && { ackedBy }),
    ...(ackedAt !== undefined && { ackedAt }),
    ...(reason !== undefined && { reason }),
  };
}

export function createDayGroup(
  context: DayContext,
  { day, isOnly }: DayGroup,
  page: () => PageState | undefined,
): KeyedRow<DayGroup> {
  const id = newId();
  const list = el('ul', { class: 'rows', attributes: { 'aria-labelledby': isOnly ? 'list-heading' : id } });
  const heading = isOnly ? undefined : el('h3', { id }, dayWords(day, context.text));
  const rows = createKeyedList<DayEntry>(list, {
    keyOf: ({ alert }) => String(alert.seq),
    make: (entry) => createDayRow(context, entry, day, () => page()?.sid ?? ''),
  });
  return {
    node: el('section', { class: 'day-group', testId: 'day-group' }, heading, list),
    update: ({ entries }) => rows.render(entries),
  };
}
