/** Whether the browser lets the page show system notifications, and a button that asks for it. */

import type { LaterStrings } from '../language/later-strings.ts';
import { button, el, setHidden, setText } from './dom.ts';
import type { Intents, PageState } from './page-state.ts';

export interface NotificationChoice {
  readonly nodes: readonly HTMLElement[];
  show(permission: PageState['permission']): void;
}

export function createNotificationChoice(
  text: LaterStrings['settings'],
  intents: Intents,
): NotificationChoice {
  const permission = el('p', { class: 'permission', testId: 'permission' });
  const words = {
    default: '',
    granted: text.allowed,
    denied: text.denied,
    unsupported: text.unsupported,
  } as const;
  const allow = button(
    { class: 'second', testId: 'allow', onClick: intents.askForNotifications },
    text.allow,
  );
  return {
    nodes: [el('p', { class: 'hint' }, text.notificationsHint), permission, allow],
    show(permitted) {
      setText(permission, words[permitted]);
      setHidden(permission, permitted === 'default');
      setHidden(allow, permitted !== 'default');
    },
  };
}
