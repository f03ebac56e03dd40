/**
 * Asks for a pairing code or a token where the shop's log is not for everybody. It cannot be dismissed: without one there is
 * no page. Where the service pairs no tills only the token is asked for.
 */

import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { LaterContext } from './later-context.ts';
import type { PageState, View } from './page-state.ts';
import { createPairForm } from './pair-form.ts';

export interface SignInOptions extends LaterContext {
  /** Whether a token was shown that was refused. */
  hasToken(): boolean;
}

export function createSignIn({ text: { signIn: text, pairing }, intents, hasToken }: SignInOptions): View {
  const faults = {
    unauthenticated: text.refused,
    removed: text.removed,
    expired: text.expired,
    forbidden: text.forbidden,
    'cannot-listen': text.cannotListen,
  };
  const fault = el('p', {
    class: 'fault',
    id: 'sign-in-fault',
    testId: 'sign-in-fault',
    attributes: { role: 'alert' },
  });
  const pair = createPairForm(pairing, intents);
  const or = el('p', { class: 'sign-in-or' }, pairing.orToken);
  const token = createTokenForm(text, (given) => intents.signIn(given));
  const dialog = el(
    'dialog',
    { class: 'dialog', testId: 'sign-in-dialog', attributes: { 'aria-labelledby': 'sign-in-heading' } },
    el(
      'div',
      { class: 'sign-in' },
      el('h2', { id: 'sign-in-heading' }, icon('key'), text.heading),
      fault,
      pair.node,
      or,
      token.node,
    ),
  );
  dialog.addEventListener('cancel', (event) => event.preventDefault());

  /** Without a token there is nothing to find fault with, but that the till was removed. */
  function faultOf({ link, wasRemoved }: PageState): string {
    if (link.name !== 'signed-out') return '';
    if (link.why !== 'unauthenticated' || hasToken()) return faults[link.why];
    return wasRemoved ? faults.removed : '';
  }

  return {
    node: dialog,
    render(page) {
      const { link, pairing: state } = page;
      if (link.name === 'signed-out') {
        setText(fault, faultOf(page));
        setHidden(fault, fault.textContent === '');
        setHidden(pair.node, !state.isOffered);
        setHidden(or, !state.isOffered);
        pair.show(state.state);
        if (!dialog.open) dialog.showModal();
      } else if (dialog.open && (link.name === 'live' || link.name === 'catching-up')) {
        token.clear();
        pair.clear();
        dialog.close();
      }
    },
  };
}

function createTokenForm(
  text: LaterContext['text']['signIn'],
  onToken: (token: string) => void,
): { node: HTMLElement; clear(): void } {
  const token = el('textarea', {
    id: 'token',
    testId: 'token',
    attributes: {
      rows: 4,
      required: true,
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      'aria-describedby': 'sign-in-explain sign-in-fault',
    },
  });
  const submit = button({ class: 'primary', type: 'submit', testId: 'sign-in' }, text.submit);
  const node = el(
    'form',
    { class: 'token-form' },
    el('p', { id: 'sign-in-explain' }, text.explain),
    el('label', { attributes: { for: 'token' } }, text.token),
    token,
    el('div', { class: 'ends' }, submit),
  );
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    if (token.value.trim() !== '') onToken(token.value);
  });
  return {
    node,
    clear() {
      token.value = '';
    },
  };
}
