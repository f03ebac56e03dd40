/** What is sought in all days: asked for by a press or Enter, since each search reads on the service. */

import { button, el, newId } from './dom.ts';
import { icon } from './icons.ts';
import type { LaterContext } from './later-context.ts';
import type { View } from './page-state.ts';

export interface DaySearch extends View {
  focus(): void;
}

export interface DaySearchOptions extends LaterContext {
  /** The person begins to write, or has ended. */
  onWriting(isWriting: boolean): void;
}

export function createDaySearch({ text, intents, onWriting }: DaySearchOptions): DaySearch {
  const { days: words } = text;
  const [fieldId, hintId] = [newId(), newId()];
  const field = el('input', {
    id: fieldId,
    testId: 'days-number',
    attributes: {
      ...{ type: 'search', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search' },
      ...{ maxlength: 64, 'aria-describedby': hintId },
    },
  });
  field.addEventListener('focus', () => onWriting(true));
  field.addEventListener('blur', () => onWriting(false));
  const node = el(
    'form',
    { class: 'day-search', attributes: { role: 'search', 'aria-label': words.searchHeading } },
    el(
      'div',
      { class: 'search' },
      el('label', { class: 'unseen', attributes: { for: fieldId } }, words.number),
      icon('search'),
      field,
    ),
    button({ type: 'submit', testId: 'days-submit' }, words.submit),
    el('p', { class: 'hint', id: hintId }, words.searchHint),
  );
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    intents.days.search(field.value);
  });
  let shown = '';
  return {
    node,
    focus: () => field.focus(),
    render({ days }) {
      const number = days.shown.name === 'search' ? days.shown.number : '';
      if (number !== shown) field.value = number;
      shown = number;
    },
  };
}
