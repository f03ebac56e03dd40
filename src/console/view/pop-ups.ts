/**
 * The pop-ups: one for each open alert, at a place of their own, until it is acknowledged; very many are merged, each
 * still listed. Guarantees that none moves under a finger: new ones come last, one that goes holds its place for a
 * moment, and the sheet that they lie on in a narrow window keeps its height. The sheet can be folded; a new alert unfolds
 * it, unless the person is searching.
 */

import { type PopUp, popUpsOf } from '../model/alert-list.ts';
import { button, el, setAttribute, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { createKeyedList } from './keyed-list.ts';
import { createMergedCard } from './merged-card.ts';
import { createNoneOpen } from './none-open.ts';
import type { PageState, View, ViewContext } from './page-state.ts';
import { createSingleCard } from './single-card.ts';

const REMOVAL_MS = 450;

export interface PopUps extends View {
  /** While the person searches the list it has the window to itself. */
  makeRoom(isSearching: boolean): void;
}

export function createPopUps(context: ViewContext): PopUps {
  const { text } = context;
  const count = el('span', { class: 'count', testId: 'open-count' });
  const heading = el(
    'h2',
    { id: 'open-heading', attributes: { tabindex: -1 } },
    text.popUps.heading,
    ' ',
    count,
  );
  const foldWords = el('span', {});
  const fold = button(
    {
      class: 'quiet fold',
      testId: 'fold',
      attributes: { 'aria-controls': 'open-stack' },
      onClick: () => {
        isFolded = !isShut();
        isSearching = false;
        showFold();
      },
    },
    foldWords,
    icon('fold'),
  );
  const stack = el('div', { class: 'stack', id: 'open-stack', testId: 'pop-ups' });
  const none = createNoneOpen(context);
  const keys = el(
    'p',
    { class: 'keys' },
    el('span', {}, el('kbd', {}, 'F2'), ` ${text.popUps.shortcutNext}`),
    el('span', {}, el('kbd', {}, 'Shift'), ' + ', el('kbd', {}, 'F2'), ` ${text.popUps.shortcutAll}`),
  );
  const node = el(
    'section',
    { class: 'pop-ups', attributes: { 'aria-labelledby': 'open-heading' } },
    el('div', { class: 'pop-ups-head' }, heading, fold),
    keys,
    none.node,
    stack,
  );

  let page: PageState | undefined;
  let isFolded = false;
  let isSearching = false;
  let newest = 0;
  const cards = createKeyedList<PopUp>(stack, {
    keyOf: ({ key }) => key,
    make: (popUp) =>
      popUp.kind === 'single'
        ? createSingleCard(context, popUp.alert, () => page)
        : createMergedCard(context, popUp.type, () => page),
    removalMs: REMOVAL_MS,
    onFocusLost: (neighbour) => (neighbour?.querySelector('button') ?? heading).focus(),
  });

  function isShut(): boolean {
    return isFolded || isSearching;
  }

  function showFold(): void {
    node.dataset.folded = String(isShut());
    setAttribute(fold, 'aria-expanded', String(!isShut()));
    setText(foldWords, isShut() ? text.popUps.unfold : text.popUps.fold);
  }

  return {
    node,
    makeRoom(searching) {
      isSearching = searching;
      showFold();
    },
    render(state) {
      page = state;
      const { open } = state;
      setText(count, String(open.length));
      setHidden(count, open.length === 0);
      setHidden(keys, open.length === 0);
      none.render(state);
      node.dataset.open = String(open.length);
      const last = open.at(-1)?.seq ?? 0;
      if (last > newest) isFolded = false;
      newest = Math.max(newest, last);
      showFold();
      cards.render(popUpsOf(open));
    },
  };
}
