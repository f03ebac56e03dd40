/** One earlier day, or what a search over all days found: numbers, alerts, and what became of each. */

import { dayOf } from '../days/calendar.ts';
import type { DayNumbers, ShownDay, ShownDays, ShownSearch } from '../days/day-values.ts';
import type { AllStrings } from '../language/later-strings.ts';
import { createDayGroup, type DayGroup, groupsOf } from './day-groups.ts';
import { dayTable } from './day-numbers.ts';
import { dayWords } from './day-words.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { createKeyedList } from './keyed-list.ts';
import type { DayContext } from './later-context.ts';
import type { PageState, View } from './page-state.ts';

export function createDayPanel(context: DayContext): View {
  const { text, intents } = context;
  const { days: words } = text;
  let page: PageState | undefined;
  let numbers: DayNumbers | undefined;

  const status = el('p', { class: 'found', testId: 'day-status', attributes: { role: 'status' } });
  const table = el('div', { class: 'day-table' });
  const partly = el('p', { class: 'cut' }, words.partly);
  const none = el('p', { class: 'nothing', testId: 'day-none' });
  const groups = el('div', { class: 'day-groups' });
  const fault = el('p', { attributes: { role: 'alert' }, testId: 'day-fault' });
  const retry = button({ testId: 'day-retry', onClick: () => intents.days.retry() }, words.retry);
  const failure = el('div', { class: 'day-failure' }, fault, retry);
  const more = button({ class: 'more', testId: 'day-more', onClick: () => intents.days.goOn() });
  const node = el(
    'div',
    { class: 'day-panel', testId: 'day-panel' },
    ...[status, table, partly, none, groups, failure, more],
  );
  const rows = createKeyedList<DayGroup>(groups, {
    keyOf: ({ day }) => day,
    make: (group) => createDayGroup(context, group, () => page),
  });

  function show(shown: ShownDay | ShownSearch, state: PageState): void {
    rows.render(shown.alerts.length === 0 ? [] : groupsOf(shown, state.alerts));
    showNumbers(shown.name === 'day' ? shown.numbers : undefined);
    setText(status, statusWords(shown, text));
    const nothing = noneWords(shown, state.days.keptFrom, text);
    setText(none, nothing);
    setHidden(none, nothing === '');
    setText(fault, shown.fault === undefined ? '' : words.fault[shown.fault]);
    setHidden(failure, shown.fault === undefined);
    setText(more, shown.name === 'day' ? words.more : words.further);
    setHidden(more, shown.next === null || shown.fault !== undefined);
    more.setAttribute('aria-disabled', String(shown.isReading));
  }

  function showNumbers(next: DayNumbers | undefined): void {
    setHidden(partly, next?.isWhole !== false);
    if (next === numbers) return;
    numbers = next;
    const made = next && dayTable(next, text);
    table.replaceChildren(...(made === undefined ? [] : [made]));
  }

  return {
    node,
    render(state) {
      const before = page;
      page = state;
      const { shown } = state.days;
      const isSame = before?.days.shown === shown && before.alerts === state.alerts;
      if (shown.name !== 'today' && !isSame) show(shown, state);
    },
  };
}

/** What is told to those who do not see the page, too. */
function statusWords(shown: Exclude<ShownDays, { name: 'today' }>, text: AllStrings): string {
  const { days: words } = text;
  if (shown.name === 'day') return shown.isReading ? words.reading : '';
  const { isReading, number, fault, next, searchedTo, alerts } = shown;
  if (number === '' || fault !== undefined) return '';
  const back = searchedTo === null ? undefined : dayWords(dayOf(Date.parse(searchedTo)), text);
  if (isReading) return back === undefined ? words.reading : words.searching(back);
  const reach = next === null || back === undefined ? words.searchedAll : words.searchedTo(back);
  return `${words.found(alerts.length)} ${reach}`;
}

/** Empty where there is something, or where nothing is known yet. */
function noneWords(shown: ShownDay | ShownSearch, keptFrom: string | undefined, text: AllStrings): string {
  const { days: words } = text;
  if (shown.name === 'search' || shown.numbers === undefined || shown.alerts.length > 0) return '';
  const isBefore = keptFrom !== undefined && shown.day < keptFrom;
  return isBefore ? words.noneBefore(dayWords(keptFrom, text)) : words.none;
}
