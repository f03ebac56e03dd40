/**
 * Notifications of the operating system, for a page that is not looked at. Each has a tag, so that tabs with the
 * same alert show it once; each goes when its alert is acknowledged. Many at once are one. Where they are not to be had, or a
 * phone's browser insists on a service worker, nothing happens.
 */

import type { Alert } from '../../client/types.ts';
import { createBurst } from '../model/burst.ts';

export type Permission = NotificationPermission | 'unsupported';

export interface SystemNotifications {
  readonly permission: Permission;
  /** From within a click; resolves when the person has chosen. */
  ask(): Promise<void>;
  /** All open alerts, whenever they change: those that are new are shown, if `mayNotify`; others go. */
  update(open: readonly Alert[], mayNotify: boolean): void;
}

export interface SystemNotificationsOptions {
  /** Undefined where the browser has none. */
  api: typeof Notification | undefined;
  /** Told apart from those of other shops of this browser. */
  shop: string;
  titleOf(alert: Alert): string;
  titleOfSeveral(alerts: readonly Alert[]): string;
  focus(): void;
  /** As the browser has it. */
  setTimer(then: () => void, ms: number): void;
}

const EACH_UP_TO = 3;
const BURST_MS = 1_000;

export function createSystemNotifications(options: SystemNotificationsOptions): SystemNotifications {
  const { api, shop } = options;
  const shown = new Map<Notification, ReadonlySet<number>>();
  let known = new Set<number>();
  const { setTimer } = options;
  const burst = createBurst<Alert>({ windowMs: BURST_MS, setTimer, flush: notify });

  function notify(alerts: readonly Alert[]): void {
    const open = alerts.filter(({ seq }) => known.has(seq));
    const [first] = open;
    if (first === undefined) return;
    if (open.length > EACH_UP_TO) show(options.titleOfSeveral(open), '', `several.${first.seq}`, open);
    else for (const alert of open) show(options.titleOf(alert), alert.content, String(alert.seq), [alert]);
  }

  function show(title: string, body: string, tag: string, alerts: readonly Alert[]): void {
    if (api === undefined) return;
    try {
      const notification = new api(title, {
        body,
        tag: `orderbell.${shop}.${tag}`,
        requireInteraction: true,
      });
      notification.onclick = () => {
        options.focus();
        notification.close();
      };
      notification.onclose = () => shown.delete(notification);
      shown.set(notification, new Set(alerts.map(({ seq }) => seq)));
    } catch {
      // Chrome on Android has the constructor, and throws.
    }
  }

  return {
    get permission() {
      return api?.permission ?? 'unsupported';
    },
    async ask() {
      await api?.requestPermission();
    },
    update(open, mayNotify) {
      const now = new Set(open.map(({ seq }) => seq));
      for (const [notification, seqs] of shown) {
        if (![...seqs].some((seq) => now.has(seq))) notification.close();
      }
      const fresh = open.filter(({ seq }) => !known.has(seq));
      known = now;
      if (mayNotify && api?.permission === 'granted') burst.add(fresh);
    },
  };
}
