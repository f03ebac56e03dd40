/** The list of today's alerts: every one, newest first, to be searched by number; who acknowledged it, and when. */

import type { Alert } from '../../client/types.ts';
import { type ListQuery, listAlerts, type Show } from '../model/alert-list.ts';
import type { Alerts } from '../model/alerts.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { createKeyedList } from './keyed-list.ts';
import { createListRow, type ListContext } from './list-row.ts';
import type { PageState, View } from './page-state.ts';

const PAGE = 100;

export interface AlertListOptions extends ListContext {
  /** The person begins to search, or has ended. */
  onSearch(isSearching: boolean): void;
}

export function createAlertList(context: AlertListOptions): View {
  const { text } = context;
  let page: PageState | undefined;
  let query: ListQuery = { number: '', show: 'all' };
  let shown = PAGE;

  const search = el('input', {
    id: 'search',
    testId: 'search',
    attributes: {
      type: 'search',
      placeholder: text.list.searchHint,
      autocomplete: 'off',
      spellcheck: 'false',
      enterkeyhint: 'search',
      maxlength: 64,
    },
  });
  search.addEventListener('input', () => {
    ask({ number: search.value });
    markSearch();
    // The results follow right below the field, wherever the page was scrolled to.
    if (search.value !== '') node.scrollIntoView({ block: 'start' });
  });
  for (const name of ['focus', 'blur']) search.addEventListener(name, markSearch);
  const choices = (['all', 'open', 'acknowledged'] as const).map(choiceOf);
  const found = el('p', { class: 'found', testId: 'found', attributes: { role: 'status' } });
  const cut = el('p', { class: 'cut' }, text.list.cut);
  const list = el('ul', {
    class: 'rows',
    testId: 'alerts',
    attributes: { 'aria-labelledby': 'list-heading' },
  });
  const none = el('p', { class: 'nothing', testId: 'no-rows' });
  const more = button({ class: 'more', testId: 'show-more', onClick: showMore }, text.list.showMore);
  const node = el(
    'section',
    { class: 'list', attributes: { 'aria-labelledby': 'list-heading' } },
    el('h2', { id: 'list-heading' }, text.list.heading),
    el(
      'div',
      { class: 'filters', attributes: { role: 'search' } },
      el(
        'div',
        { class: 'search' },
        el('label', { class: 'unseen', attributes: { for: 'search' } }, text.list.search),
        icon('search'),
        search,
      ),
      el(
        'fieldset',
        { class: 'choices' },
        el('legend', { class: 'unseen' }, text.list.show),
        ...choices.map((choice) => choice.label),
      ),
    ),
    found,
    cut,
    list,
    none,
    more,
  );

  const rows = createKeyedList<Alert>(list, {
    keyOf: ({ seq }) => String(seq),
    make: (alert) => createListRow(context, alert, () => page),
    onFocusLost: (neighbour) => (neighbour?.querySelector('button') ?? search).focus(),
  });

  function markSearch(): void {
    context.onSearch(search === document.activeElement || search.value.trim() !== '');
  }

  function ask(change: Partial<ListQuery>): void {
    query = { ...query, ...change };
    shown = PAGE;
    show();
  }

  function showMore(): void {
    shown += PAGE;
    show();
  }

  function show(): void {
    if (page === undefined) return;
    const { alerts, open } = page;
    const matching = listAlerts(alerts, query);
    rows.render(matching.slice(0, shown));
    const isSearch = query.number.trim() !== '';
    setText(found, isSearch ? text.list.found(matching.length) : '');
    setHidden(cut, !alerts.isCut);
    setHidden(more, matching.length <= shown);
    setHidden(none, matching.length > 0);
    setText(none, noneWords(alerts));
    const total = alerts.entries.length;
    const counts = { all: total, open: open.length, acknowledged: total - open.length };
    for (const { show, count } of choices) setText(count, String(counts[show]));
  }

  function noneWords({ isRead, entries }: Alerts): string {
    if (!isRead) return text.list.notRead;
    return entries.length === 0 ? text.list.noneToday : text.list.noneFound;
  }

  function choiceOf(show: Show) {
    const count = el('span', { class: 'choice-count' });
    const input = el('input', {
      attributes: { type: 'radio', name: 'show', value: show, checked: show === query.show },
    });
    input.addEventListener('change', () => ask({ show }));
    const label = el('label', { class: 'choice' }, input, el('span', {}, text.list[show], ' ', count));
    return { show, count, label };
  }

  return {
    node,
    render(state) {
      const before = page;
      page = state;
      // Nothing here grows old by itself: without news the rows stay as they are.
      const isSame =
        before?.alerts === state.alerts && before.sid === state.sid && before.held === state.held;
      if (!isSame) show();
    },
  };
}
