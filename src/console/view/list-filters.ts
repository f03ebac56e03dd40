/** The search over the list, and which of its alerts to show. */

import type { Strings } from '../language/strings.ts';
import type { ListQuery, Show } from '../model/alert-list.ts';
import { el, setText } from './dom.ts';
import { icon } from './icons.ts';

export interface ListFilters {
  readonly node: HTMLElement;
  readonly field: HTMLInputElement;
  readonly query: ListQuery;
  /** Each choice has a count beside it. */
  showCounts(counts: Readonly<Record<Show, number>>): void;
  /** The search ends, as if the person had emptied it. */
  clear(): void;
}

export interface ListFiltersOptions {
  text: Strings['list'];
  /** The query is another one. */
  onChange(): void;
  /** The person begins to search, or has ended. */
  onSearch(isSearching: boolean): void;
}

export function createListFilters({ text, onChange, onSearch }: ListFiltersOptions): ListFilters {
  let query: ListQuery = { number: '', show: 'all' };
  const field = searchField(text.searchHint);
  const markSearch = () => onSearch(field === document.activeElement || field.value.trim() !== '');

  function ask(change: Partial<ListQuery>): void {
    query = { ...query, ...change };
    onChange();
  }

  field.addEventListener('input', () => {
    ask({ number: field.value });
    markSearch();
  });
  for (const name of ['focus', 'blur']) field.addEventListener(name, markSearch);
  const shows = ['all', 'open', 'acknowledged'] as const;
  const choices = shows.map((show) => createChoice(show, text[show], () => ask({ show })));
  const node = el(
    'div',
    { class: 'filters', attributes: { role: 'search' } },
    el(
      'div',
      { class: 'search' },
      el('label', { class: 'unseen', attributes: { for: 'search' } }, text.search),
      icon('search'),
      field,
    ),
    el(
      'fieldset',
      { class: 'choices' },
      el('legend', { class: 'unseen' }, text.show),
      ...choices.map(({ label }) => label),
    ),
  );
  return {
    node,
    field,
    get query() {
      return query;
    },
    showCounts(counts) {
      for (const { show, count } of choices) setText(count, String(counts[show]));
    },
    clear() {
      field.value = '';
      field.blur();
      if (query.number !== '') ask({ number: '' });
      markSearch();
    },
  };
}

function searchField(placeholder: string): HTMLInputElement {
  return el('input', {
    id: 'search',
    testId: 'search',
    attributes: {
      ...{ type: 'search', placeholder, autocomplete: 'off', spellcheck: 'false' },
      ...{ enterkeyhint: 'search', maxlength: 64 },
    },
  });
}

function createChoice(show: Show, words: string, onChoose: () => void) {
  const count = el('span', { class: 'choice-count' });
  const input = el('input', {
    attributes: { type: 'radio', name: 'show', value: show, checked: show === 'all' },
  });
  input.addEventListener('change', onChoose);
  const label = el('label', { class: 'choice' }, input, el('span', {}, words, ' ', count));
  return { show, count, label };
}
