/**
 * The merchant console: puts the shop's log, the pop-ups, the sound and the browser's own means together. Everything
 * that happens is an action on one model of the alerts, and everything that people see and hear follows from it.
 */

import { createRefresh } from './browser/attention.ts';
import { takeSessionId } from './browser/session-id.ts';
import { createSystemNotifications } from './browser/system-notifications.ts';
import { createScreenLock } from './browser/wake-lock.ts';
import { followBrowser } from './browser-events.ts';
import { createDayBrowser } from './days/browse-days.ts';
import { createDayReader } from './days/request-days.ts';
import { followModel } from './follow-model.ts';
import { createIntents } from './intents.ts';
import { chooseLanguage, LANGUAGES } from './language/choose.ts';
import { createFormats, midnight } from './language/formats.ts';
import { followService } from './link/follow-service.ts';
import { createHeldAcks, type HeldAcks } from './link/held-acks.ts';
import { createStepReader } from './log/request-timeline.ts';
import { lookAt } from './look.ts';
import { shownType } from './model/alert-kinds.ts';
import { type Action, type Alerts, noAlerts, openOf, reduce } from './model/alerts.ts';
import { createArrivals } from './model/arrivals.ts';
import { numberOf } from './model/order-number.ts';
import { progressOf } from './model/progress.ts';
import { createServiceClock } from './model/service-clock.ts';
import { createStore } from './model/store.ts';
import { type Urgency, urgencyOf } from './model/urgency.ts';
import { createPairing } from './pairing/pairing.ts';
import { startRenewal } from './pairing/renewal.ts';
import { createTillApi } from './pairing/till-api.ts';
import { browserPush } from './push/browser-push.ts';
import { createPushApi } from './push/push-api.ts';
import { createWebPush } from './push/web-push.ts';
import { followVersions } from './shell/follow-versions.ts';
import { nameManifest } from './shell/manifest.ts';
import { registerPageWorker } from './shell/page-worker.ts';
import { createPresenceReader } from './shop/request-presence.ts';
import { createSettingsReader } from './shop/request-settings.ts';
import { createShopFacts } from './shop/shop-facts.ts';
import { DEFAULT_TEXTS } from './sound/phrases.ts';
import { initialState } from './state.ts';
import { readSurroundings } from './surroundings.ts';
import { createTillSound } from './till-sound.ts';
import { countWords } from './view/alert-words.ts';
import { type ConsolePage, createPage } from './view/page.ts';
import type { PageState } from './view/page-state.ts';
import { createPainter } from './view/painter.ts';
import { guardPresses } from './view/press-guard.ts';
import { audibilityOf, canSound } from './view/sound-words.ts';

const AGE_EVERY_MS = 15_000;
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
  queueMicrotask(reportProgress); // the first time, once all of this page is put together
});

const tillSound = createTillSound({ shop, settings, state, pressing, refresh, after, now: Date.now });
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
const worker = registerPageWorker(service.base, workers.service);
const versions = followVersions({ service, worker, state, after, refresh });
const push = createWebPush({
  shop,
  browser: browserPush(worker),
  service: createPushApi({ ...service, readSettings }),
  storage: ofBrowser,
  language: () => state.language,
  onChange: refresh,
});
const tillApi = createTillApi(service);
const pairing = createPairing({ api: tillApi, name: () => settings.settings.tillName, onChange: refresh });
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
const facts = createShopFacts({
  ...{ readSettings, readPresence: createPresenceReader(service), state, isVisible, onChange: refresh },
  now: () => performance.now(),
});
const following = followService({
  ...{ service, claims: access.claims, clock, marks, state, acks, after, dispatch: store.dispatch },
  onLink() {
    if (state.link.name === 'live') versions.linkIsLive();
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
  makePage,
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
});

followModel({
  ...{ store, sound, notifications, acks, arrivals, marks, refresh },
  isLookedAt: () => isVisible() && document.hasFocus(),
});
store.subscribe(({ epoch }, before) => {
  if (before.epoch !== undefined && epoch !== before.epoch) days.logChanged();
});
followTillName();
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
    onTick: tick,
  },
  after,
);
startRenewal({
  ...{
    shop,
    tills,
    renew: tillApi.renew,
    now,
    after: (ms: number, call: () => void) => void after(ms, call),
    random: Math.random,
  },
  onRenewed: refresh,
  onRemoved: () => following.restart(),
});
painter.mount();
void push.start();
guardPresses(document.getElementById('page') ?? document.body);

async function takeName(): Promise<void> {
  state.sid = await takeSessionId(state.tillName, { storage: ofTab, claim, random: Math.random });
}

/** Each change of the settings reaches the sound; another name of the till is another session. */
function followTillName(): void {
  settings.subscribe((changed) => {
    tillSound.configure();
    if (changed.tillName === state.tillName) return;
    state.tillName = changed.tillName;
    state.named = takeName();
    following.restart();
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
    ...{ store, state, access, settings, sound, notifications, push, pairing, tills, acks, days, now },
  });
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

function pressing(): Urgency {
  const [oldest] = openOf(store.state);
  return oldest === undefined ? 'fresh' : urgencyOf(oldest.occurredAt, now(), settings.settings);
}

function tick(): void {
  const dayStart = midnight(now());
  if (dayStart !== store.state.dayStart) store.dispatch({ kind: 'midnight', dayStart });
  facts.look(canSound(audibilityOf(look())));
  tillSound.look();
  const isAging = now() - painter.paintedAt >= AGE_EVERY_MS;
  if (isVisible() && (isAging || state.link.name === 'waiting')) refresh();
}

function makePage(): ConsolePage {
  const words = text();
  document.documentElement.lang = words.lang;
  nameManifest(service.base, shop, state.language);
  return createPage({
    text: words,
    formats: createFormats(words),
    shop,
    intents,
    language: state.language,
    hasToken: () => access.token() !== undefined,
    service,
    dayStart: () => store.state.dayStart,
    phrases: DEFAULT_TEXTS[state.language],
  });
}
