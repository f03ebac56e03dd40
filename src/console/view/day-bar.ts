/** Which day is shown, and the way to others: by the field's own calendar, day by day, or by a search over all. */

import { dayOf } from '../days/calendar.ts';
import { button, el, setAttribute, setHidden } from './dom.ts';
import { icon } from './icons.ts';
import type { View, ViewContext } from './page-state.ts';

export function createDayBar({ text, intents }: ViewContext): View {
  const { dayBar: words } = text;
  const field = el('input', {
    id: 'day',
    testId: 'day',
    attributes: { type: 'date' },
  });
  let shownDay = '';
  field.addEventListener('change', () => intents.days.choose(field.value));
  // What is half typed, or no day to be shown, goes with the keyboard.
  field.addEventListener('blur', () => {
    field.value = shownDay;
  });
  const previous = button(
    {
      class: 'quiet',
      testId: 'day-before',
      attributes: { 'aria-label': words.previous, title: words.previous },
      onClick: () => intents.days.step(-1),
    },
    icon('previous'),
  );
  const next = button(
    {
      class: 'quiet',
      testId: 'day-after',
      attributes: { 'aria-label': words.next, title: words.next },
      onClick: () => intents.days.step(1),
    },
    icon('next'),
  );
  const today = button({ class: 'quiet', testId: 'day-today', onClick: goToToday }, words.today);
  const search = button(
    { class: 'quiet', testId: 'search-days', onClick: () => intents.days.search('') },
    icon('search'),
    words.searchAll,
  );
  const node = el(
    'div',
    { class: 'day-bar', attributes: { role: 'group', 'aria-label': words.label } },
    previous,
    el('label', { class: 'unseen', attributes: { for: 'day' } }, words.date),
    field,
    ...[next, today, search],
  );

  /** The button goes; the keyboard stays with the day. */
  function goToToday(): void {
    intents.days.toToday();
    field.focus();
  }

  return {
    node,
    render({ now, days: { shown, keptFrom } }) {
      const last = dayOf(now);
      const day = shown.name === 'day' ? shown.day : last;
      setAttribute(field, 'max', last);
      setAttribute(field, 'min', keptFrom);
      if (day !== shownDay) field.value = day;
      shownDay = day;
      const isFirst = keptFrom !== undefined && day <= keptFrom;
      for (const [step, isEnd] of [
        [previous, shown.name === 'search' || isFirst],
        [next, shown.name !== 'day'],
      ] as const) {
        if (isEnd && step === document.activeElement) field.focus();
        step.disabled = isEnd;
      }
      setHidden(today, shown.name === 'today');
      setHidden(search, shown.name === 'search');
    },
  };
}
