/** What follows from each change of the alerts: the till rings, notifies, and keeps what a reload needs. */

import type { OpenMarks } from './browser/open-mark.ts';
import type { SystemNotifications } from './browser/system-notifications.ts';
import type { HeldAcks } from './link/held-acks.ts';
import { type Action, type Alerts, lowestOpen, openOf } from './model/alerts.ts';
import type { Arrivals } from './model/arrivals.ts';
import { asCalled, ordersOf } from './model/order-number.ts';
import type { Store } from './model/store.ts';
import type { Sound } from './sound/types.ts';

export interface FollowModelOptions {
  store: Store<Alerts, Action>;
  sound: Sound;
  notifications: SystemNotifications;
  acks: HeldAcks;
  arrivals: Arrivals;
  marks: OpenMarks;
  /** A person has the page before them: nothing of the system need notify. */
  isLookedAt(): boolean;
  refresh(): void;
}

export function followModel(options: FollowModelOptions): void {
  const { store, sound, notifications, acks, arrivals, marks, isLookedAt, refresh } = options;
  store.subscribe((alerts, before) => {
    const orderOf = ordersOf(alerts.entries);
    const open = openOf(alerts).map((alert) => asCalled(alert, orderOf(alert)));
    arrivals.update(open);
    acks.keep();
    sound.ring(open);
    notifications.update(open, !isLookedAt() && sound.state !== 'follower');
    if (alerts.epoch !== undefined && alerts.entries !== before.entries) {
      marks.save({ epoch: alerts.epoch, seq: lowestOpen(alerts) });
    }
    refresh();
  });
}
