/** The choice of Web Push in the settings: what it is, how it stands, and a button that turns it on or off. */

import type { LaterStrings } from '../language/later-strings.ts';
import type { PushState } from '../push/web-push.ts';
import { button, el, setHidden, setText } from './dom.ts';
import type { Intents } from './page-state.ts';

export interface PushChoice {
  readonly nodes: readonly HTMLElement[];
  show(state: PushState): void;
}

export function createPushChoice(text: LaterStrings['settings'], intents: Intents): PushChoice {
  const state = el('p', { class: 'permission', testId: 'push-state', attributes: { role: 'status' } });
  const turn = button({ class: 'second', testId: 'turn-push', onClick: intents.turnPush });
  return {
    nodes: [el('p', { class: 'hint' }, text.pushHint), state, turn],
    show(push) {
      const words = push === 'off' || push === 'unavailable' ? '' : text.pushState[push];
      setText(state, words);
      setHidden(state, words === '');
      setText(turn, push === 'on' ? text.pushTurn.on : text.pushTurn.off);
      setHidden(turn, push === 'denied' || push === 'unavailable');
      turn.disabled = push === 'busy';
    },
  };
}
