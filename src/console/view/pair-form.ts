/** The six digits by which a page without a token becomes a till of the shop. */

import type { LaterStrings } from '../language/later-strings.ts';
import { codeIn, type PairingState } from '../pairing/pairing.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { Intents } from './page-state.ts';

export interface PairForm {
  readonly node: HTMLElement;
  show(state: PairingState): void;
  /** The page is signed in: what was typed is of no use any more. */
  clear(): void;
}

export function createPairForm(text: LaterStrings['pairing'], intents: Pick<Intents, 'pair'>): PairForm {
  const code = el('input', {
    id: 'pair-code',
    class: 'pair-code',
    testId: 'pair-code',
    attributes: {
      type: 'text',
      inputmode: 'numeric',
      maxlength: 11, // six digits, with whatever people put between them
      autocomplete: 'one-time-code',
      spellcheck: 'false',
      'aria-describedby': 'pair-explain pair-state',
    },
  });
  const words = el('p', {
    class: 'fault',
    id: 'pair-state',
    testId: 'pair-state',
    attributes: { role: 'alert' },
  });
  const submit = button({ class: 'primary', type: 'submit', testId: 'pair' }, text.submit);
  const form = el(
    'form',
    { class: 'pair-form' },
    el('p', { id: 'pair-explain' }, text.explain),
    words,
    el('label', { attributes: { for: 'pair-code' } }, icon('key'), text.code),
    el('div', { class: 'pair-line' }, code, submit),
  );
  let shown: PairingState = 'idle';

  function say(state: PairingState | 'malformed'): void {
    setText(words, state === 'idle' ? '' : text.state[state]);
    setHidden(words, state === 'idle');
    words.classList.toggle('busy', state === 'busy');
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const digits = codeIn(code.value);
    if (digits === undefined) say('malformed');
    else intents.pair(digits);
  });
  say('idle');

  return {
    node: form,
    show(state) {
      submit.disabled = state === 'busy';
      if (state !== shown) say(state);
      shown = state;
    },
    clear() {
      code.value = '';
      say('idle');
    },
  };
}
