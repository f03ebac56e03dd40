/** Asks before many alerts are acknowledged at once. */

import { button, el, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { View, ViewContext } from './page-state.ts';

export function createConfirmAll({ text: { confirmAll: text }, intents }: ViewContext): View {
  const heading = el('h2', { id: 'confirm-heading' });
  const dialog = el(
    'dialog',
    {
      class: 'dialog',
      testId: 'confirm-all',
      attributes: {
        role: 'alertdialog',
        'aria-labelledby': 'confirm-heading',
        'aria-describedby': 'confirm-explain',
      },
    },
    el(
      'form',
      {},
      heading,
      el('p', { id: 'confirm-explain' }, text.explain),
      el(
        'div',
        { class: 'ends' },
        button(
          {
            testId: 'confirm-no',
            attributes: { autofocus: true },
            onClick: () => intents.answerAll(false),
          },
          text.no,
        ),
        button(
          { class: 'primary', testId: 'confirm-yes', onClick: () => intents.answerAll(true) },
          icon('check'),
          text.yes,
        ),
      ),
    ),
  );
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    intents.answerAll(false);
  });
  return {
    node: dialog,
    render({ asked }) {
      if (asked === undefined) return dialog.close();
      setText(heading, text.heading(asked.length));
      if (!dialog.open) dialog.showModal();
    },
  };
}
