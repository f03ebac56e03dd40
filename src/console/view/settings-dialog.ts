/** What the merchant can choose. Each choice counts at once and is kept; there is nothing to save. */

import type { Settings } from '../browser/settings.ts';
import type { ServiceAccess } from '../log/ask-service.ts';
import { button, el, setHidden } from './dom.ts';
import type { LaterContext } from './later-context.ts';
import { createNotificationChoice } from './notification-choice.ts';
import type { View } from './page-state.ts';
import { createPushChoice } from './push-choice.ts';
import { group } from './settings-part.ts';
import { createSoundSettings } from './settings-sound.ts';
import { createTextSettings } from './settings-texts.ts';
import { createTillSettings } from './settings-till.ts';
import { createTillsGroup } from './tills-group.ts';

export interface SettingsDialog extends View {
  open(): void;
}

export interface SettingsOptions extends LaterContext {
  /** The default of each text. */
  phrases: Settings['texts'];
  readonly service: ServiceAccess;
  dayStart(): number;
}

export function createSettingsDialog(options: SettingsOptions): SettingsDialog {
  const { intents, phrases } = options;
  const { settings: text } = options.text;
  const parts = [
    createTillSettings(options),
    createSoundSettings(options),
    createTextSettings(options, phrases),
  ];
  const push = createPushChoice(text, intents);
  const pushGroup = group(text.push, ...push.nodes);
  const notifications = createNotificationChoice(text, intents);
  const tills = createTillsGroup(options);
  const dialog = dialogOf(
    text,
    ...parts.map(({ node }) => node),
    pushGroup,
    group(text.notifications, ...notifications.nodes),
    tills.node,
  );
  let shown: Settings | undefined;

  return {
    node: dialog,
    open() {
      for (const part of parts) part.onOpen?.();
      tills.open();
      dialog.showModal();
    },
    render({ settings, permission, push: pushState, canOperate }) {
      tills.show(canOperate);
      push.show(pushState);
      setHidden(pushGroup, pushState === 'unavailable');
      notifications.show(permission);
      if (settings === shown) return;
      shown = settings;
      for (const part of parts) part.show(settings);
    },
  };
}

/** Its heading with the button that closes it, then the groups. */
function dialogOf(
  text: { readonly heading: string; readonly done: string },
  ...groups: readonly HTMLElement[]
): HTMLDialogElement {
  const head = el(
    'div',
    { class: 'dialog-head' },
    el('h2', { id: 'settings-heading' }, text.heading),
    button({ class: 'primary', type: 'submit', testId: 'settings-done' }, text.done),
  );
  const form = el('form', { attributes: { method: 'dialog' } }, head, ...groups);
  const dialog = el(
    'dialog',
    { class: 'dialog settings', testId: 'settings', attributes: { 'aria-labelledby': 'settings-heading' } },
    form,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    dialog.close();
  });
  // A press beside the dialog lands on the dialog itself: all that is in it is in the form.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  return dialog;
}
