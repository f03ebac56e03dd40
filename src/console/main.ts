/**
 * The merchant console: puts the shop's log, the pop-ups, the sound and the browser's own means together. Everything
 * that happens is an action on one model of the alerts, and everything that is seen or heard follows from it.
 */

import { connect } from '../client/connect.ts';
import { readAccess } from './browser/access.ts';
import { createRefresh, onGesture, onShortcut, untilWorthwhile } from './browser/attention.ts';
import { openMarks } from './browser/open-mark.ts';
import { createClaim, takeSessionId } from './browser/session-id.ts';
import { openSettings } from './browser/settings.ts';
import { safeStorage } from './browser/storage.ts';
import { createSystemNotifications } from './browser/system-notifications.ts';
import { createScreenLock } from './browser/wake-lock.ts';
import { chooseLanguage, LANGUAGES, otherLanguage } from './language/choose.ts';
import { createFormats, midnight } from './language/formats.ts';
import { followShop } from './link/follow-shop.ts';
import { type LinkState, watchForLoss } from './link/link-state.ts';
import { readDay } from './log/read-day.ts';
import { createPageReader } from './log/request-page.ts';
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
import { numberOf, ordersOf } from './model/order-number.ts';
import { createStore } from './model/store.ts';
import { DEFAULT_TEXTS } from './sound/phrases.ts';
import { startSound } from './sound/sound.ts';
import { countWords } from './view/alert-words.ts';
import { createPage, type Page } from './view/page.ts';
import type { Intents, PageState } from './view/page-state.ts';

/** A link that is away for longer is told of. */
const LOST_AFTER_MS = 8_000;
const TICK_MS = 1_000;
const AGE_EVERY_MS = 15_000;
const LANGUAGE_KEY = 'orderbell.language';

const now = () => Date.now();
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

let language = chooseLanguage(ofBrowser.getItem(LANGUAGE_KEY), navigator.languages);
let link: LinkState = { name: 'reading' };
let isLost = false;
let page: Page | undefined;
let renderedAt = 0;
const text = () => LANGUAGES[language];
const refresh = createRefresh(render);

const store = createStore<Alerts, Action>(noAlerts(midnight(now())), reduce);
const sound = startSound({
  shop,
  settings: { ...settings.settings, language },
  onState: refresh,
  onVoices: refresh,
});
const screenLock = createScreenLock({ wakeLock: navigator.wakeLock as WakeLock | undefined, isVisible });
const notifications = createSystemNotifications({
  // Over plain HTTP Chrome has it and says that it was refused, which nobody did.
  api: isSecureContext && 'Notification' in window ? window.Notification : undefined,
  shop,
  titleOf: (alert) => `${text().kind[shownType(alert)]} ${numberOf(alert)}`,
  titleOfSeveral: (alerts) => countWords(alerts, text()),
  focus: () => window.focus(),
  setTimer,
});

const claim = createClaim(navigator.locks as LockManager | undefined, (name) => new BroadcastChannel(name));
let { tillName } = settings.settings;
let sid = '';
let named = takeName();

async function takeName(): Promise<void> {
  sid = await takeSessionId(tillName, { storage: ofTab, claim, random: Math.random });
}

const readPage = createPageReader({ base, shop, token: access.token, fetch: (...args) => fetch(...args) });
const lossWatch = watchForLoss({
  afterMs: LOST_AFTER_MS,
  setTimer,
  clearTimer: (timer) => window.clearTimeout(timer),
  onChange(lost) {
    isLost = lost;
    sound.linkLost(lost);
    refresh();
  },
});
const following = followShop({
  async readDay() {
    const [log] = await Promise.all([
      readDay({ readPage, notBefore: midnight(now()) - EVENING_MS, mark: marks.load() }),
      named,
    ]);
    return log;
  },
  probe: () => readPage(0, 1),
  connect: (from) => connect({ url: base, sid, shop, token: () => access.token() ?? '', from, store: null }),
  dispatch: store.dispatch,
  pending: () => store.state.pending,
  onLink(state) {
    link = state;
    lossWatch.update(state);
    acceptIfSignedOut();
    refresh();
  },
  pause: untilWorthwhile,
  now,
  random: Math.random,
});

const intents: Intents = {
  acknowledge(seqs) {
    following.ack(seqs);
    render(); // in this very turn: the next key press is for the next alert
  },
  unlockSound: () => sound.unlock(),
  changeSettings: (change) => settings.change(change),
  switchLanguage() {
    language = otherLanguage(language);
    ofBrowser.setItem(LANGUAGE_KEY, language);
    sound.configure({ ...settings.settings, language });
    mount();
    page?.focusLanguage();
  },
  testSound: (type) => sound.test(type),
  voices: () => sound.voices(),
  askForNotifications: () => void notifications.ask().then(refresh),
  signIn(token) {
    const elsewhere = access.signIn(token);
    if (elsewhere === undefined) following.restart();
    else location.assign(elsewhere);
  },
  acceptToken() {
    const elsewhere = access.accept();
    if (elsewhere === undefined) following.restart();
    else location.assign(elsewhere);
    render();
  },
  declineToken() {
    access.decline();
    render();
  },
  takeOver: () => following.restart(),
};

/** Where no token is in use, or the one in use is refused, a link's takes the place of none: there is nothing to ask. */
function acceptIfSignedOut(): void {
  if (access.offer === undefined) return;
  if (access.token() === undefined || link.name === 'signed-out') intents.acceptToken();
}

window.addEventListener('hashchange', () => {
  access.visit(new URL(location.href));
  acceptIfSignedOut();
  render();
});

store.subscribe((alerts, before) => {
  const open = openOf(alerts);
  sound.ring(open);
  const isLookedAt = isVisible() && document.hasFocus();
  notifications.update(open, !isLookedAt && sound.state !== 'follower');
  if (alerts.epoch !== undefined && alerts.entries !== before.entries) {
    marks.save({ epoch: alerts.epoch, seq: lowestOpen(alerts) });
  }
  refresh();
});

settings.subscribe((changed) => {
  sound.configure({ ...changed, language });
  refresh();
  if (changed.tillName === tillName) return;
  tillName = changed.tillName;
  named = takeName();
  following.restart();
});

/** Nothing may sound before somebody has done something; nor does a screen stay on that nobody uses. */
onGesture(() => {
  sound.unlock();
  screenLock.hold();
});
document.addEventListener('visibilitychange', () => screenLock.hold());
onShortcut((isAll) => {
  const seqs = openOf(store.state).map(({ seq }) => seq);
  intents.acknowledge(isAll ? seqs : seqs.slice(0, 1));
});

window.setInterval(() => {
  const dayStart = midnight(now());
  if (dayStart !== store.state.dayStart) store.dispatch({ kind: 'midnight', dayStart });
  const isAging = now() - renderedAt >= AGE_EVERY_MS;
  if (isVisible() && (isAging || link.name === 'waiting')) refresh();
}, TICK_MS);

function mount(): void {
  const words = text();
  document.documentElement.lang = words.lang;
  page = createPage({
    text: words,
    formats: createFormats(words),
    shop,
    intents,
    language,
    hasToken: () => access.token() !== undefined,
    phrases: DEFAULT_TEXTS[language],
  });
  document.getElementById('page')?.replaceChildren(...page.nodes);
  render();
}

function render(): void {
  const alerts = store.state;
  const state: PageState = {
    alerts,
    open: openOf(alerts),
    orderOf: ordersOf(alerts.entries),
    link,
    offer: access.offer,
    isLost,
    sound: sound.state,
    settings: settings.settings,
    permission: notifications.permission,
    sid,
    now: now(),
  };
  renderedAt = state.now;
  document.title = text().page.title(state.open.length);
  page?.render(state);
}

mount();
