/** One alert of an earlier day. */

import type { DayAlert } from '../days/day-values.ts';
import { shownType } from '../model/alert-kinds.ts';
import { numberOf } from '../model/order-number.ts';
import { createCalledBy } from './called-by.ts';
import { outcomeWords, timeOn } from './day-words.ts';
import { button, el, setAttribute, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { KeyedRow } from './keyed-list.ts';
import { lookOf } from './kind-look.ts';
import type { DayContext } from './later-context.ts';

/** An alert and the order that it is about, where that is known. */
export interface DayEntry {
  readonly alert: DayAlert;
  readonly order: DayAlert | undefined;
}

/** `own` gives this tab's `sid`. */
export function createDayRow(
  { text, formats, openTimeline }: DayContext,
  made: DayEntry,
  day: string,
  own: () => string,
): KeyedRow<DayEntry> {
  const { alert: first } = made;
  const shown = shownType(first);
  const look = lookOf(shown);
  let latest = made;
  const calledBy = createCalledBy(first, text.alert.also);
  const status = el('span', { class: 'row-status', testId: 'day-row-status' });
  const timeline = button(
    {
      class: 'quiet row-timeline',
      attributes: { title: text.list.timeline },
      onClick: () => openTimeline(latest.alert, latest.order),
    },
    icon('reminder'),
  );
  const node = el(
    'li',
    { class: `row ${look.className}`, testId: 'day-row' },
    el(
      'time',
      { class: 'row-time', attributes: { datetime: first.occurredAt } },
      timeOn(day, first.occurredAt, formats),
    ),
    el('span', { class: 'row-kind' }, icon(look.icon), text.kind[shown]),
    el('span', { class: 'row-number' }, calledBy.node),
    status,
    timeline,
  );
  node.dataset.seq = String(first.seq);

  return {
    node,
    update(entry) {
      latest = entry;
      calledBy.update(entry.order);
      setText(status, outcomeWords(entry.alert, day, { text, formats, own: own() }));
      const number = numberOf(entry.alert, entry.order);
      setAttribute(timeline, 'aria-label', text.list.timelineOf(number));
    },
  };
}
