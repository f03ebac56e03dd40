/** Asks for how long the till is to be silent: it never is for good. */

import { MUTE_CHOICES } from '../browser/muting.ts';
import { button, el } from './dom.ts';
import type { View, ViewContext } from './page-state.ts';

export interface MuteDialog extends View {
  open(): void;
}

export function createMuteDialog({ text: { muting: text }, intents }: ViewContext): MuteDialog {
  const choices = MUTE_CHOICES.map((choice) =>
    button(
      {
        class: 'primary',
        testId: `mute-${choice}`,
        onClick() {
          dialog.close();
          intents.mute(choice);
        },
      },
      text[choice],
    ),
  );
  const dialog = el(
    'dialog',
    {
      class: 'dialog',
      testId: 'mute-dialog',
      attributes: { 'aria-labelledby': 'mute-heading', 'aria-describedby': 'mute-explain' },
    },
    el(
      'form',
      {},
      el('h2', { id: 'mute-heading' }, text.heading),
      el('p', { id: 'mute-explain' }, text.explain),
      ...choices,
      button({ testId: 'mute-cancel', onClick: () => dialog.close() }, text.cancel),
    ),
  );
  return { node: dialog, open: () => dialog.showModal(), render() {} };
}
