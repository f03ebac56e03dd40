/** What people can do on the page, and what follows from it. */

import type { PageAccess } from './browser/access.ts';
import { muteEnd } from './browser/muting.ts';
import { DEFAULTS, type SettingsStore } from './browser/settings.ts';
import type { SystemNotifications } from './browser/system-notifications.ts';
import type { DayBrowser } from './days/browse-days.ts';
import { otherLanguage } from './language/choose.ts';
import { midnight } from './language/formats.ts';
import type { Following } from './link/follow-shop.ts';
import type { HeldAcks } from './link/held-acks.ts';
import type { FetchTimeline } from './log/request-timeline.ts';
import type { Arrivals } from './model/arrivals.ts';
import type { Pairing } from './pairing/pairing.ts';
import type { WebPush } from './push/web-push.ts';
import type { Sound } from './sound/types.ts';
import type { ConsoleState } from './state.ts';
import type { Intents } from './view/page-state.ts';
import type { Painter } from './view/painter.ts';

/** More than so many are not acknowledged without a question. */
const ASKS_ABOVE = 5;

export interface IntentParts {
  readonly state: ConsoleState;
  readonly access: PageAccess;
  readonly settings: SettingsStore;
  readonly sound: Sound;
  readonly notifications: SystemNotifications;
  readonly push: WebPush;
  readonly pairing: Pairing;
  readonly following: Following;
  readonly acks: HeldAcks;
  readonly days: DayBrowser;
  readonly arrivals: Arrivals;
  readonly painter: Painter;
  /** Milliseconds since 1970. */
  now(): number;
  configureSound(): void;
  readonly readTimeline: FetchTimeline;
  keepLanguage(language: string): void;
  /** Another address: the page ends. */
  goTo(url: URL): void;
  reload(): void;
  loadAgain(): void;
}

export function createIntents(parts: IntentParts): Intents {
  const { state, access, settings, sound, notifications, push, pairing, following, acks, arrivals, painter } =
    parts;

  function useToken(elsewhere: URL | undefined): void {
    if (elsewhere !== undefined) parts.goTo(elsewhere);
    else {
      following.restart();
      void push.start();
    }
  }
  /** The name that was given with the code is the till's, unless it has one. */
  async function pair(code: string): Promise<void> {
    const till = await pairing.pair(code);
    if (till === undefined) return;
    if (settings.settings.tillName === '' && till.name !== '') settings.change({ tillName: till.name });
    useToken(access.usePaired(till));
  }
  function acknowledge(seqs: readonly number[]): void {
    acks.add(seqs);
    painter.paint(); // in this very turn: the next key press is for the next alert
  }
  return {
    acknowledge,
    acknowledgeAll(seqs) {
      const readable = arrivals.readable(seqs);
      if (readable.length <= ASKS_ABOVE) return acknowledge(readable);
      state.asked = readable;
      painter.paint();
    },
    answerAll(isSure) {
      const seqs = state.asked;
      state.asked = undefined;
      if (isSure && seqs !== undefined) acks.add(seqs);
      painter.paint();
    },
    undo() {
      acks.undo();
      painter.paint();
    },
    unlockSound: () => sound.greet(),
    mute(choice) {
      const now = parts.now();
      settings.change({ mutedUntil: muteEnd(choice, now, midnight(now, 1)) });
    },
    trySound: () => void sound.test(1),
    unmute() {
      const { volume } = settings.settings;
      settings.change({ mutedUntil: 0, volume: volume > 0 ? volume : DEFAULTS.volume });
      sound.greet();
    },
    changeSettings: (change) => settings.change(change),
    switchLanguage() {
      state.language = otherLanguage(state.language);
      parts.keepLanguage(state.language);
      parts.configureSound();
      painter.mount();
      painter.focusLanguage();
    },
    testSound: (type) => sound.test(type),
    testTone: (tone) => sound.testTone(tone),
    voices: () => sound.voices(),
    turnPush: () => void push.turn(),
    askForNotifications: () => void notifications.ask().then(painter.paint),
    signIn: (token) => useToken(access.signIn(token)),
    pair: (code) => void pair(code),
    acceptToken() {
      const code = access.offer?.pairCode;
      if (code === undefined) useToken(access.accept());
      else {
        access.decline(); // it is tried once
        void pair(code);
      }
      painter.paint();
    },
    declineToken() {
      access.decline();
      painter.paint();
    },
    takeOver: () => following.restart(),
    days: parts.days,
    reload: parts.reload,
    loadAgain: parts.loadAgain,
    readTimeline: parts.readTimeline,
  };
}
