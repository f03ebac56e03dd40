/** Asks for a token where the shop's log is not for everybody. It cannot be dismissed: without one there is no page. */

import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { View, ViewContext } from './page-state.ts';

export interface SignInOptions extends ViewContext {
  /** Whether a token was shown that was refused. */
  hasToken(): boolean;
}

export function createSignIn({ text: { signIn: text }, intents, hasToken }: SignInOptions): View {
  const faults = {
    unauthenticated: text.refused,
    expired: text.expired,
    forbidden: text.forbidden,
    'cannot-listen': text.cannotListen,
  };
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
  const fault = el('p', { class: 'fault', id: 'sign-in-fault', attributes: { role: 'alert' } });
  const form = el(
    'form',
    {},
    el('h2', { id: 'sign-in-heading' }, icon('key'), text.heading),
    el('p', { id: 'sign-in-explain' }, text.explain),
    fault,
    el('label', { attributes: { for: 'token' } }, text.token),
    token,
    el(
      'div',
      { class: 'ends' },
      button({ class: 'primary', type: 'submit', testId: 'sign-in' }, text.submit),
    ),
  );
  const dialog = el(
    'dialog',
    { class: 'dialog', testId: 'sign-in-dialog', attributes: { 'aria-labelledby': 'sign-in-heading' } },
    form,
  );
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (token.value.trim() !== '') intents.signIn(token.value);
  });

  return {
    node: dialog,
    render({ link }) {
      if (link.name === 'signed-out') {
        setText(fault, link.why === 'unauthenticated' && !hasToken() ? '' : faults[link.why]);
        setHidden(fault, fault.textContent === '');
        if (!dialog.open) dialog.showModal();
      } else if (dialog.open && (link.name === 'live' || link.name === 'catching-up')) {
        token.value = '';
        dialog.close();
      }
    },
  };
}
