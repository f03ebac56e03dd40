/** The system notifications of this till, in the language of its page. */

import { createSystemNotifications, type SystemNotifications } from './browser/system-notifications.ts';
import type { Strings } from './language/strings.ts';
import { shownType } from './model/alert-kinds.ts';
import { numberOf } from './model/order-number.ts';
import { countWords } from './view/alert-words.ts';

export function createTillNotifications(
  shop: string,
  text: () => Strings,
  setTimer: (then: () => void, ms: number) => void,
): SystemNotifications {
  return createSystemNotifications({
    // Over plain HTTP Chrome has it, and claims that the person refused it.
    api: isSecureContext && 'Notification' in window ? window.Notification : undefined,
    shop,
    titleOf: (alert) => `${text().kind[shownType(alert)]} ${numberOf(alert)}`,
    titleOfSeveral: (alerts) => countWords(alerts, text()),
    focus: () => window.focus(),
    setTimer,
  });
}
