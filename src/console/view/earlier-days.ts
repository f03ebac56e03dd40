/**
 * What is shown of earlier days, in the place of the list of today. Guarantees that nothing else of the page is covered:
 * alerts pop up, ring and are acknowledged as ever.
 */

import { createDayPanel } from './day-panel.ts';
import { createDaySearch } from './day-search.ts';
import { dayWords } from './day-words.ts';
import { setHidden, setText } from './dom.ts';
import type { DayContext } from './later-context.ts';
import type { View } from './page-state.ts';

export type EarlierDaysOptions = DayContext & {
  /** The list of today, which an earlier day takes the place of. */
  list: HTMLElement;
  heading: HTMLElement;
  /** The person begins to search, or has ended. */
  onSearch(isSearching: boolean): void;
};

export function createEarlierDays(options: EarlierDaysOptions): Pick<View, 'render'> {
  const { text, list, heading } = options;
  const search = createDaySearch({ ...options, onWriting: options.onSearch });
  const panel = createDayPanel(options);
  list.append(search.node, panel.node);
  let shownName = 'today';

  return {
    render(page) {
      const { shown } = page.days;
      list.dataset.shows = shown.name;
      setHidden(search.node, shown.name !== 'search');
      setHidden(panel.node, shown.name === 'today');
      if (shown.name === 'day') setText(heading, text.days.heading(dayWords(shown.day, text)));
      else setText(heading, shown.name === 'search' ? text.days.searchHeading : text.list.heading);
      for (const view of [search, panel]) view.render(page);
      // The person has just asked for it.
      if (shown.name === 'search' && shownName !== 'search') search.focus();
      shownName = shown.name;
    },
  };
}
