/**
 * The merchant console: puts the shop's log, the pop-ups, the sound and the browser's own means together. Everything
 * that happens is an action on one model of the alerts, and everything that people see and hear follows from it.
 */

import { connect } from '../client/connect.ts';
import { readAccess } from './browser/access.ts';
import { createRefresh, untilWorthwhile } from './browser/attention.ts';
import { openMarks } from './browser/open-mark.ts';
import { createClaim, takeSessionId } from './browser/session-id.ts';
import { openSettings } from './browser/settings.ts';
import { safeStorage } from './browser/storage.ts';
import { createSystemNotifications } from './browser/system-notifications.ts';
import { createScreenLock } from './browser/wake-lock.ts';
import { followBrowser } from './browser-events.ts';
import { createIntents } from './intents.ts';
import { chooseLanguage, LANGUAGES } from './language/choose.ts';
import { createFormats, midnight } from './language/formats.ts';
import { type Following, followShop } from './link/follow-shop.ts';
import { createHeldAcks, type HeldAcks } from './link/held-acks.ts';
import { type SignedOut, watchForLoss } from './link/link-state.ts';
import { readDay } from './log/read-day.ts';
import { createPageReader } from './log/request-page.ts';
import { createStepReader } from './log/request-timeline.ts';
import { shownType } from './model/alert-kinds.ts';
import {
  type Action,
  type Alerts,
  EVENING_MS,
  lowestOpen,
  noAlerts,
  openOf,
  reduce,
} from './model/alerts.ts';
import { createArrivals } from './model/arrivals.ts';
import { asCalled, numberOf, ordersOf } from './model/order-number.ts';
import { progressOf } from './model/progress.ts';
import { createServiceClock } from './model/service-clock.ts';
import { createStore } from './model/store.ts';
import { type Urgency, urgencyOf } from './model/urgency.ts';
import { browserPush } from './push/browser-push.ts';
import { createPushApi } from './push/push-api.ts';
import { createWebPush } from './push/web-push.ts';
import { DEFAULT_TEXTS } from './sound/phrases.ts';
import { initialState } from './state.ts';
import { createTillSound } from './till-sound.ts';
import { countWords } from './view/alert-words.ts';
import { type ConsolePage, createPage } from './view/page.ts';
import type { PageState } from './view/page-state.ts';
import { createPainter } from './view/painter.ts';
import { guardPresses } from './view/press-guard.ts';

/** The page shows a link that is away for longer. */
const LOST_AFTER_MS = 8_000;
const AGE_EVERY_MS = 15_000;
const LANGUAGE_KEY = 'orderbell.language';

/** By the service's clock as soon as that is known: the till's own may be days off. */
const clock = createServiceClock(Date.now);
const { now } = clock;
const setTimer = (then: () => void, ms: number) => window.setTimeout(then, ms);
const isVisible = () => document.visibilityState === 'visible';

const ofBrowser = safeStorage(() => window.localStorage);
const ofTab = safeStorage(() => window.sessionStorage);
const replaceUrl = (url: URL) => history.replaceState(null, '', url);
const access = readAccess({ url: new URL(location.href), storage: ofTab, replaceUrl });
const { shop } = access;
const base = new URL('.', location.href);
const marks = openMarks(ofBrowser, shop);
const settings = openSettings(ofBrowser, (onChange) =>
  window.addEventListener('storage', ({ key }) => onChange(key)),
);
const claim = createClaim(navigator.locks as LockManager | undefined, (name) => new BroadcastChannel(name));

const request = {
  base,
  shop,
  token: access.token,
  fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
};

const state = initialState(
  chooseLanguage(ofBrowser.getItem(LANGUAGE_KEY), navigator.languages),
  settings.settings.tillName,
);
const text = () => LANGUAGES[state.language];
const store = createStore<Alerts, Action>(noAlerts(midnight(now())), reduce);
const painter = createPainter({ makePage, look, titleOf: ({ open }) => text().page.title(open.length) });
const refresh = createRefresh(() => {
  painter.paint();
  queueMicrotask(reportProgress); // the first time, once all of this page is put together
});

const tillSound = createTillSound({ shop, settings, state, pressing, refresh, now: Date.now });
const { sound } = tillSound;
const screenLock = createScreenLock({ wakeLock: navigator.wakeLock as WakeLock | undefined, isVisible });
const notifications = createSystemNotifications({
  // Over plain HTTP Chrome has it, and claims that the person refused it.
  api: isSecureContext && 'Notification' in window ? window.Notification : undefined,
  shop,
  titleOf: (alert) => `${text().kind[shownType(alert)]} ${numberOf(alert)}`,
  titleOfSeveral: (alerts) => countWords(alerts, text()),
  focus: () => window.focus(),
  setTimer,
});
const push = createWebPush({
  shop,
  browser: browserPush(base),
  service: createPushApi({ base, shop, token: access.token, fetch: (...args) => fetch(...args) }),
  storage: ofBrowser,
  language: () => state.language,
  onChange: refresh,
});
state.named = takeName();
const arrivals = createArrivals(() => performance.now());
const acks: HeldAcks = createHeldAcks({
  ...{ storage: ofTab, shop, now, setTimer, onChange: refresh },
  sid: () => state.sid,
  holdMs: () => settings.settings.undoSeconds * 1000,
  alerts: () => store.state,
  dispatch: store.dispatch,
  send: (seqs) => following.send(seqs),
});
const following = startFollowing();
const intents = createIntents({
  ...{ state, access, settings, sound, notifications, push, following, acks, arrivals, painter },
  now: Date.now,
  configureSound: tillSound.configure,
  readTimeline: createStepReader(request),
  keepLanguage: (language) => ofBrowser.setItem(LANGUAGE_KEY, language),
  goTo: (url) => location.assign(url),
});

followModel();
followBrowser({
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
  onTick: tick,
});
painter.mount();
void push.start();
guardPresses(document.getElementById('page') ?? document.body);

async function takeName(): Promise<void> {
  state.sid = await takeSessionId(state.tillName, { storage: ofTab, claim, random: Math.random });
}

function startFollowing(): Following {
  const readPage = createPageReader({ ...request, onTime: clock.set });
  const lossWatch = watchForLoss({
    afterMs: LOST_AFTER_MS,
    setTimer,
    clearTimer: (timer) => window.clearTimeout(timer),
    onChange(isLost) {
      state.isLost = isLost;
      tillSound.followLink();
      refresh();
    },
  });
  return followShop({
    async readDay() {
      const notBefore = () => midnight(now()) - EVENING_MS;
      const [log] = await Promise.all([readDay({ readPage, notBefore, mark: marks.load() }), state.named]);
      return log;
    },
    probe: () => readPage(0, 1),
    connect: (from) =>
      connect({ url: base, sid: state.sid, shop, token: () => access.token() ?? '', from, store: null }),
    tokenFault,
    dispatch(action) {
      if (action.kind !== 'loaded') return store.dispatch(action);
      // The day may be another one than this till's clock had it.
      store.dispatch({ kind: 'midnight', dayStart: midnight(now()) });
      store.dispatch({ ...action, acked: acks.restore(action.log.epoch) });
    },
    pending: acks.due,
    onLink(link) {
      state.link = link;
      lossWatch.update(link);
      tillSound.followLink();
      acceptIfSignedOut();
      refresh();
    },
    pause: untilWorthwhile,
    now,
    random: Math.random,
  });
}

/** A link's token is accepted without a question where the page has none, or where the one in use is refused. */
function acceptIfSignedOut(): void {
  if (access.offer === undefined) return;
  if (access.token() === undefined || state.link.name === 'signed-out') intents.acceptToken();
}

function reportProgress(): void {
  const { hasFailed, sounded } = sound;
  following.report(
    progressOf({
      ...{ alerts: store.state, isVisible: isVisible(), settings: tillSound.settings },
      ...{ sound: sound.state, hasFailed, sounded },
    }),
  );
}

function followModel(): void {
  store.subscribe((alerts, before) => {
    const orderOf = ordersOf(alerts.entries);
    const open = openOf(alerts).map((alert) => asCalled(alert, orderOf(alert)));
    arrivals.update(open);
    acks.keep();
    sound.ring(open);
    const isLookedAt = isVisible() && document.hasFocus();
    notifications.update(open, !isLookedAt && sound.state !== 'follower');
    if (alerts.epoch !== undefined && alerts.entries !== before.entries) {
      marks.save({ epoch: alerts.epoch, seq: lowestOpen(alerts) });
    }
    refresh();
  });
  settings.subscribe((changed) => {
    tillSound.configure();
    if (changed.tillName === state.tillName) return;
    state.tillName = changed.tillName;
    state.named = takeName();
    following.restart();
  });
}

function tokenFault(): SignedOut | undefined {
  const claims = access.claims();
  if (claims === undefined) return undefined;
  if (!claims.listens) return 'cannot-listen';
  // By the till's own clock, which may be wrong, a good token might look like one that has ended.
  const { endsAt } = claims;
  return clock.isKnown && endsAt !== undefined && endsAt <= clock.now() ? 'expired' : undefined;
}

function pressing(): Urgency {
  const [oldest] = openOf(store.state);
  return oldest === undefined ? 'fresh' : urgencyOf(oldest.occurredAt, now(), settings.settings);
}

function tick(): void {
  const dayStart = midnight(now());
  if (dayStart !== store.state.dayStart) store.dispatch({ kind: 'midnight', dayStart });
  tillSound.look();
  const isAging = now() - painter.paintedAt >= AGE_EVERY_MS;
  if (isVisible() && (isAging || state.link.name === 'waiting')) refresh();
}

function makePage(): ConsolePage {
  const words = text();
  document.documentElement.lang = words.lang;
  return createPage({
    text: words,
    formats: createFormats(words),
    shop,
    intents,
    language: state.language,
    hasToken: () => access.token() !== undefined,
    phrases: DEFAULT_TEXTS[state.language],
  });
}

function look(): PageState {
  const alerts = store.state;
  return {
    alerts,
    open: openOf(alerts),
    orderOf: ordersOf(alerts.entries),
    ...{ undoable: acks.last, held: acks.held, asked: state.asked },
    link: state.link,
    offer: access.offer,
    isLost: state.isLost,
    sound: sound.state,
    settings: settings.settings,
    tokenEndsAt: access.claims()?.endsAt,
    permission: notifications.permission,
    push: push.state,
    sid: state.sid,
    now: now(),
  };
}
