/** What stands where nothing is open: that all is done, or that this is not known, since the link to the shop's log is away. */

import { el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { PageState, View, ViewContext } from './page-state.ts';

/** The page has lost sight of the log, and not only for a moment. */
function isBlind({ isLost, link }: PageState): boolean {
  return isLost || link.name === 'signed-out' || link.name === 'refused' || link.name === 'replaced';
}

export function createNoneOpen({ text: { popUps: text } }: ViewContext): View {
  const done = icon('check');
  const unknown = icon('unlinked');
  const words = el('strong', {});
  const hint = el('span', {});
  const node = el('div', { class: 'none', testId: 'none-open' }, done, unknown, el('p', {}, words, hint));
  return {
    node,
    render(state) {
      const isUnknown = isBlind(state);
      node.dataset.known = String(!isUnknown);
      setHidden(node, state.open.length > 0 || !(state.alerts.isRead || isUnknown));
      done.classList.toggle('absent', isUnknown);
      unknown.classList.toggle('absent', !isUnknown);
      setText(words, isUnknown ? text.unknown : text.none);
      setText(hint, isUnknown ? text.unknownHint : text.noneHint);
    },
  };
}
