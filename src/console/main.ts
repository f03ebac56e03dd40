/**
 * The merchant console: puts the shop's log, the pop-ups, the sound and the browser's own means together. Everything
 * that happens is an action on one model of the alerts, and everything that people see and hear follows from it.
 */

import { createRefresh } from './browser/attention.ts';
import { createScreenLock } from './browser/wake-lock.ts';
import { whenIdle } from './browser/when-idle.ts';
import { followBrowser } from './browser-events.ts';
import { createDayBrowser } from './days/browse-days.ts';
import { createDayReader } from './days/request-days.ts';
import { createEachSecond } from './each-second.ts';
import { followModel } from './follow-model.ts';
import { createIntents } from './intents.ts';
import { chooseLanguage, LANGUAGES } from './language/choose.ts';
import { midnight } from './language/formats.ts';
import { createLazy } from './lazy.ts';
import { followService } from './link/follow-service.ts';
import { createHeldAcks, type HeldAcks } from './link/held-acks.ts';
import { createStepReader } from './log/request-timeline.ts';
import { lookAt } from './look.ts';
import { makePage } from './make-page.ts';
import { type Action, type Alerts, noAlerts, openOf, reduce } from './model/alerts.ts';
import { createArrivals } from './model/arrivals.ts';
import { createServiceClock } from './model/service-clock.ts';
import { createStore } from './model/store.ts';
import { type Urgency, urgencyOf } from './model/urgency.ts';
import { startPairing } from './pairing/till-pairing.ts';
import { createLaterPush } from './push/later-push.ts';
import { followVersions } from './shell/follow-versions.ts';
import { registerPageWorker } from './shell/page-worker.ts';
import { createPresenceReader } from './shop/request-presence.ts';
import { createSettingsReader } from './shop/request-settings.ts';
import { createShopFacts } from './shop/shop-facts.ts';
import { initialState } from './state.ts';
import { readSurroundings } from './surroundings.ts';
import { createTillNotifications } from './till-notifications.ts';
import { keepTillSession } from './till-session.ts';
import { createTillSound } from './till-sound.ts';
import type { PageState } from './view/page-state.ts';
import { createPainter } from './view/painter.ts';
import { guardPresses } from './view/press-guard.ts';

const LANGUAGE_KEY = 'orderbell.language';

const { access, tills, service, ofBrowser, ofTab, marks, settings, claim, workers, after } =
  readSurroundings();
const { shop } = access;
/** By the service's clock as soon as that is known: the till's own may be days off. */
const clock = createServiceClock(Date.now);
const { now } = clock;
const setTimer = (then: () => void, ms: number) => void after(ms, then);
const isVisible = () => document.visibilityState === 'visible';

const readSettings = createSettingsReader(service);

const state = initialState(
  chooseLanguage(ofBrowser.getItem(LANGUAGE_KEY), navigator.languages),
  settings.settings.tillName,
);
const text = () => LANGUAGES[state.language];
const store = createStore<Alerts, Action>(noAlerts(midnight(now())), reduce);
const refresh = createRefresh(() => {
  painter.paint();
  // The first time, once all of this page is put together.
  queueMicrotask(() => following.report(tillSound.progress(store.state, isVisible())));
});

const tillSound = createTillSound({ shop, settings, state, pressing, refresh, after, now: Date.now });
const { sound } = tillSound;
const screenLock = createScreenLock({ wakeLock: navigator.wakeLock as WakeLock | undefined, isVisible });
const notifications = createTillNotifications(shop, text, setTimer);
const worker = registerPageWorker(service.base, workers.service);
const versions = followVersions({ service, worker, state, after, refresh });
const push = createLaterPush({
  ...{ worker, service, readSettings, storage: ofBrowser },
  language: () => state.language,
  onChange: refresh,
});
const pairing = startPairing({
  ...{ service, tills, now },
  name: () => settings.settings.tillName,
  after: (ms, call) => void after(ms, call),
  onChange: refresh,
  onRenewed: refresh,
  onRemoved: () => following.restart(),
});
settings.subscribe(tillSound.configure);
keepTillSession({
  ...{ settings, state, storage: ofTab, claim },
  onRenamed: () => following.restart(),
});
/** What the page needs neither to be live nor to ring. */
const later = createLazy(() => import('./view/later-views.ts'), refresh);
const arrivals = createArrivals(() => performance.now());
const acks: HeldAcks = createHeldAcks({
  ...{ storage: ofTab, shop, now, setTimer, onChange: refresh },
  sid: () => state.sid,
  holdMs: () => settings.settings.undoSeconds * 1000,
  alerts: () => store.state,
  dispatch: store.dispatch,
  send: (seqs) => following.send(seqs),
});
const facts = createShopFacts({
  ...{ readSettings, readPresence: createPresenceReader(service), state, isVisible, onChange: refresh },
  now: () => performance.now(),
});
const following = followService({
  ...{ service, claims: access.claims, clock, marks, state, acks, after, dispatch: store.dispatch },
  onLink() {
    if (state.link.name === 'live') onLive();
    facts.follow(state.link);
    if (state.link.name === 'signed-out') pairing.look();
    if (state.link.name === 'signed-out' && state.link.why === 'removed') tills.remove(shop);
    tillSound.followLink();
    acceptIfSignedOut();
    refresh();
  },
});
const days = createDayBrowser({ reader: createDayReader(service), now, onChange: refresh });
const painter = createPainter({
  makePage: () =>
    makePage({
      ...{ shop, state, intents, service, later },
      hasToken: () => access.token() !== undefined,
      dayStart: () => store.state.dayStart,
    }),
  look,
  titleOf: ({ open }) => text().page.title(open.length),
});
const intents = createIntents({
  ...{ state, access, settings, sound, notifications, push, pairing, following, acks, arrivals },
  ...{ painter, days },
  now: Date.now,
  configureSound: tillSound.configure,
  readTimeline: createStepReader(service),
  keepLanguage: (language) => ofBrowser.setItem(LANGUAGE_KEY, language),
  goTo: (url) => location.assign(url),
  reload: () => location.reload(),
  loadAgain: later.load,
});

followModel({
  ...{ store, sound, notifications, acks, arrivals, marks, refresh },
  isLookedAt: () => isVisible() && document.hasFocus(),
});
store.subscribe(({ epoch }, before) => {
  if (before.epoch !== undefined && epoch !== before.epoch) days.logChanged();
});
followBrowser(
  {
    onGesture() {
      sound.unlock();
      screenLock.hold(); // the screen stays on only where the page is in use
    },
    onVisibility() {
      screenLock.hold();
      refresh();
    },
    onShortcut(isAll) {
      const seqs = openOf(store.state).map(({ seq }) => seq);
      if (isAll) intents.acknowledgeAll(seqs);
      else intents.acknowledge(seqs.slice(0, 1));
    },
    onAddress() {
      access.readAddress(new URL(location.href));
      acceptIfSignedOut();
      painter.paint();
    },
    onTick: createEachSecond({
      ...{ store, state, facts, tillSound, painter, look, isVisible, now, refresh },
    }),
  },
  after,
);
painter.mount();
guardPresses(document.getElementById('page') ?? document.body);

function onLive(): void {
  versions.linkIsLive();
  whenIdle(() => {
    later.load();
    if (push.state === 'unavailable') void push.start();
  });
}

/** A link's token, or its code, is accepted without a question where the page has none, or where the one in use is refused. */
function acceptIfSignedOut(): void {
  if (access.offer === undefined) return;
  const { name } = state.link;
  // While the log is read for the first time it may turn out that no token is needed.
  if ((access.token() === undefined && name !== 'reading') || name === 'signed-out') intents.acceptToken();
}

function look(): PageState {
  return lookAt({
    ...{ store, state, access, settings, sound, notifications, push, pairing, tills, acks, days, later, now },
  });
}

function pressing(): Urgency {
  const [oldest] = openOf(store.state);
  return oldest === undefined ? 'fresh' : urgencyOf(oldest.occurredAt, now(), settings.settings);
}
