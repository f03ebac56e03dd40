/** Gathers what the page is to show, from all that holds a part of it. Reads only. */

import type { PageAccess } from './browser/access.ts';
import type { SettingsStore } from './browser/settings.ts';
import type { SystemNotifications } from './browser/system-notifications.ts';
import type { DayBrowser } from './days/browse-days.ts';
import type { Lazy } from './lazy.ts';
import type { HeldAcks } from './link/held-acks.ts';
import { type Action, type Alerts, openOf } from './model/alerts.ts';
import { ordersOf } from './model/order-number.ts';
import type { Store } from './model/store.ts';
import type { KeptTills } from './pairing/kept-till.ts';
import type { Pairing } from './pairing/pairing.ts';
import type { WebPush } from './push/web-push.ts';
import type { Sound } from './sound/types.ts';
import type { ConsoleState } from './state.ts';
import type { PageState } from './view/page-state.ts';

export interface SeenParts {
  readonly store: Store<Alerts, Action>;
  readonly state: ConsoleState;
  readonly access: PageAccess;
  readonly settings: SettingsStore;
  readonly sound: Sound;
  readonly notifications: SystemNotifications;
  readonly push: WebPush;
  readonly pairing: Pairing;
  readonly tills: KeptTills;
  readonly acks: HeldAcks;
  readonly days: DayBrowser;
  readonly later: Pick<Lazy<unknown>, 'hasFailed'>;
  /** Milliseconds since 1970. */
  now(): number;
}

export function lookAt({
  store,
  state,
  access,
  settings,
  sound,
  notifications,
  push,
  pairing,
  tills,
  acks,
  days,
  later,
  now,
}: SeenParts): PageState {
  const alerts = store.state;
  return {
    alerts,
    open: openOf(alerts),
    orderOf: ordersOf(alerts.entries),
    ...{ undoable: acks.last, held: acks.held, asked: state.asked },
    days: { shown: days.shown, keptFrom: days.keptFrom },
    link: state.link,
    offer: access.offer,
    ...{ isLost: state.isLost, isOutdated: state.isOutdated },
    isPartMissing: later.hasFailed,
    ...{ sound: sound.state, hasFailed: sound.hasFailed },
    settings: settings.settings,
    tokenEndsAt: access.claims()?.endsAt,
    permission: notifications.permission,
    push: push.state,
    orderUrl: state.orderUrl,
    shopHearing: state.shopHearing,
    pairing,
    wasRemoved: tills.wasRemoved(access.shop),
    canOperate: access.claims()?.operates === true,
    sid: state.sid,
    now: now(),
  };
}
