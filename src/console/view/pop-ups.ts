/**
 * The pop-ups: one for each open alert, at a place of their own, until it is acknowledged; very many are merged, each
 * still listed. Guarantees that none moves under a finger: new ones come last, and one that goes holds its place for a
 * moment.
 */

import { type PopUp, popUpsOf } from '../model/alert-list.ts';
import { el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { createKeyedList } from './keyed-list.ts';
import { createMergedCard } from './merged-card.ts';
import type { PageState, View, ViewContext } from './page-state.ts';
import { createSingleCard } from './single-card.ts';

const REMOVAL_MS = 450;

export function createPopUps(context: ViewContext): View {
  const { text } = context;
  const count = el('span', { class: 'count', testId: 'open-count' });
  const heading = el(
    'h2',
    { id: 'open-heading', attributes: { tabindex: -1 } },
    text.popUps.heading,
    ' ',
    count,
  );
  const stack = el('div', { class: 'stack', testId: 'pop-ups' });
  const none = el(
    'div',
    { class: 'none', testId: 'none-open' },
    icon('check'),
    el('p', {}, el('strong', {}, text.popUps.none), el('span', {}, text.popUps.noneHint)),
  );
  const keys = el(
    'p',
    { class: 'keys' },
    el('span', {}, el('kbd', {}, 'F2'), ` ${text.popUps.shortcutNext}`),
    el('span', {}, el('kbd', {}, 'Shift'), ' + ', el('kbd', {}, 'F2'), ` ${text.popUps.shortcutAll}`),
  );
  const node = el(
    'section',
    { class: 'pop-ups', attributes: { 'aria-labelledby': 'open-heading' } },
    heading,
    keys,
    none,
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
    render(state) {
      page = state;
      const { open } = state;
      setText(count, String(open.length));
      setHidden(count, open.length === 0);
      setHidden(none, open.length > 0 || !state.alerts.isRead);
      setHidden(keys, open.length === 0);
      node.dataset.open = String(open.length);
      cards.render(popUpsOf(open));
    },
  };
}
