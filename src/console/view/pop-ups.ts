/**
 * The pop-ups: one for each open alert, at a place of their own, until it is acknowledged; very many are merged, each
 * still listed. Guarantees that none moves under a finger: new ones come last, and one that goes holds its place for a
 * moment.
 */

import type { Strings } from '../language/strings.ts';
import { type PopUp, popUpsOf } from '../model/alert-list.ts';
import { el, setHidden, setText } from './dom.ts';
import { createKeyedList } from './keyed-list.ts';
import { createMergedCard } from './merged-card.ts';
import { createNoneOpen } from './none-open.ts';
import type { PageState, View, ViewContext } from './page-state.ts';
import { createSingleCard } from './single-card.ts';

const REMOVAL_MS = 450;

export interface PopUpsOptions extends ViewContext {
  /** Opens the list of the day while something is open. */
  toggle: HTMLElement;
}

export interface PopUps extends View {
  /** Where the alerts lie. */
  readonly stack: HTMLElement;
}

export function createPopUps(context: PopUpsOptions): PopUps {
  const { text, toggle } = context;
  const count = el('span', { class: 'count', testId: 'open-count' });
  const heading = el(
    'h2',
    { id: 'open-heading', attributes: { tabindex: -1 } },
    text.popUps.heading,
    ' ',
    count,
  );
  const stack = el('div', { class: 'stack', id: 'open-stack', testId: 'pop-ups' });
  const none = createNoneOpen(context);
  const keys = keysOf(text.popUps);
  const node = el(
    'section',
    { class: 'pop-ups', attributes: { 'aria-labelledby': 'open-heading' } },
    el('div', { class: 'pop-ups-head' }, heading, keys, toggle),
    none.node,
    stack,
  );

  let page: PageState | undefined;
  const cards = createKeyedList<PopUp>(stack, {
    keyOf: ({ key }) => key,
    make: (popUp) =>
      popUp.kind === 'single'
        ? createSingleCard(context, popUp.alert, () => page)
        : createMergedCard(context, popUp.type, () => page),
    removalMs: REMOVAL_MS,
    onFocusLost: (neighbour) => (neighbour?.querySelector('button') ?? heading).focus(),
  });

  return {
    node,
    stack,
    render(state) {
      page = state;
      const { open } = state;
      setText(count, String(open.length));
      setHidden(count, open.length === 0);
      setHidden(keys, open.length === 0);
      none.render(state);
      node.dataset.open = String(open.length);
      cards.render(popUpsOf(open));
    },
  };
}

function keysOf(text: Strings['popUps']): HTMLElement {
  return el(
    'p',
    { class: 'keys' },
    el('span', {}, el('kbd', {}, 'F2'), ` ${text.shortcutNext}`),
    el('span', {}, el('kbd', {}, 'Shift'), ' + ', el('kbd', {}, 'F2'), ` ${text.shortcutAll}`),
  );
}
