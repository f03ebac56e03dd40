/** The list of today's alerts: every one, newest first, to be searched by number; who acknowledged it, and when. */

import type { Alert } from '../../client/types.ts';
import type { Strings } from '../language/strings.ts';
import { listAlerts } from '../model/alert-list.ts';
import type { Alerts } from '../model/alerts.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { createKeyedList } from './keyed-list.ts';
import { createListFilters, type ListFilters } from './list-filters.ts';
import { createListRow, type ListContext } from './list-row.ts';
import type { PageState, View } from './page-state.ts';

/** So many rows at first, and so many more with each press. */
const PAGE = 100;

export interface AlertListOptions extends ListContext {
  /** The person begins to search, or has ended. */
  onSearch(isSearching: boolean): void;
}

export interface AlertList extends View {
  readonly heading: HTMLElement;
  /** The search ends, as if the person had emptied it. */
  endSearch(): void;
}

export function createAlertList(context: AlertListOptions): AlertList {
  const { text } = context;
  let page: PageState | undefined;
  let shown = PAGE;
  const filters = createListFilters({
    text: text.list,
    onSearch: context.onSearch,
    onChange() {
      shown = PAGE;
      show();
      // The results follow right below the field, wherever the page was scrolled to.
      if (filters.query.number !== '') node.scrollIntoView({ block: 'start' });
    },
  });
  const parts = partsOf(text.list, filters, () => {
    shown += PAGE;
    show();
  });
  const { node, heading, found, cut, list, none, more } = parts;
  const rows = createKeyedList<Alert>(list, {
    keyOf: ({ seq }) => String(seq),
    make: (alert) => createListRow(context, alert, () => page),
    onFocusLost: (neighbour) => (neighbour?.querySelector('button') ?? filters.field).focus(),
  });

  function show(): void {
    if (page === undefined) return;
    const { alerts, open } = page;
    const matching = listAlerts(alerts, filters.query);
    rows.render(matching.slice(0, shown));
    const isSearch = filters.query.number.trim() !== '';
    setText(found, isSearch ? text.list.found(matching.length) : '');
    setHidden(cut, !alerts.isCut);
    setHidden(more, matching.length <= shown);
    setHidden(none, matching.length > 0);
    setText(none, noneWords(alerts, text.list));
    const total = alerts.entries.length;
    filters.showCounts({ all: total, open: open.length, acknowledged: total - open.length });
  }

  return {
    node,
    heading,
    endSearch: filters.clear,
    render(state) {
      const before = page;
      page = state;
      if (!isSame(before, state)) show();
    },
  };
}

function partsOf(text: Strings['list'], filters: ListFilters, onMore: () => void) {
  const heading = el('h2', { id: 'list-heading', attributes: { tabindex: -1 } }, text.heading);
  const found = el('p', { class: 'found', testId: 'found', attributes: { role: 'status' } });
  const cut = el('p', { class: 'cut' }, text.cut);
  const list = el('ul', {
    class: 'rows',
    testId: 'alerts',
    attributes: { 'aria-labelledby': 'list-heading' },
  });
  const none = el('p', { class: 'nothing', testId: 'no-rows' });
  const more = button({ class: 'more', testId: 'show-more', onClick: onMore }, text.showMore);
  const node = el(
    'section',
    { class: 'list', id: 'list', testId: 'list', attributes: { 'aria-labelledby': 'list-heading' } },
    heading,
    ...[filters.node, found, cut, list, none, more],
  );
  return { node, heading, found, cut, list, none, more };
}

/** Nothing in the list grows old by itself: without news the rows stay as they are. */
function isSame(before: PageState | undefined, { alerts, sid, held, orderUrl }: PageState): boolean {
  return (
    before?.alerts === alerts && before.sid === sid && before.held === held && before.orderUrl === orderUrl
  );
}

function noneWords({ isRead, entries }: Alerts, text: Strings['list']): string {
  if (!isRead) return text.notRead;
  return entries.length === 0 ? text.noneToday : text.noneFound;
}
