/** The till's sound, as its settings and its link have it, and what of it the page reports. Guarantees that muting ends by itself. */

import { isMuted } from './browser/muting.ts';
import type { SettingsStore } from './browser/settings.ts';
import type { Alerts } from './model/alerts.ts';
import { type PageProgress, progressOf } from './model/progress.ts';
import { pauseSeconds, type Urgency } from './model/urgency.ts';
import { browserParts } from './sound/browser-parts.ts';
import { startSound } from './sound/sound.ts';
import type { Sound, SoundSettings } from './sound/types.ts';
import type { ConsoleState } from './state.ts';
import type { Timers } from './timers/timers.ts';

export interface TillSound {
  readonly sound: Sound;
  readonly settings: SoundSettings;
  /** Settings or language are others now. */
  configure(): void;
  /** To be called each second: muting may have ended, and alerts have become late. */
  look(): void;
  /** How far the alerts have come at this till. */
  progress(alerts: Alerts, isVisible: boolean): PageProgress;
  /** The link is lost, or is for another reason than before, or is back. */
  followLink(): void;
}

export interface TillSoundOptions {
  shop: string;
  settings: SettingsStore;
  state: Pick<ConsoleState, 'language' | 'link' | 'isLost'>;
  /** How pressing the oldest open alert is: it rings more often then. */
  pressing(): Urgency;
  refresh(): void;
  /** Milliseconds since 1970. */
  now(): number;
  readonly after: Timers['after'];
}

export function createTillSound({
  shop,
  settings,
  state,
  pressing,
  refresh,
  now,
  after,
}: TillSoundOptions): TillSound {
  const chosen = (): SoundSettings => {
    const { settings: kept } = settings;
    const muted = isMuted(kept.mutedUntil, now());
    const repeatSeconds = pauseSeconds(kept, pressing());
    return { ...kept, muted, repeatSeconds, language: state.language };
  };
  let current = chosen();
  const sound = startSound({
    ...{ shop, settings: current, parts: browserParts(after) },
    ...{ onState: refresh, onEnded: refresh, onVoices: refresh },
  });
  function configure(): void {
    current = chosen();
    sound.configure(current);
    refresh();
  }
  return {
    sound,
    get settings() {
      return current;
    },
    configure,
    progress(alerts, isVisible) {
      const { hasFailed, sounded } = sound;
      return progressOf({
        ...{ alerts, isVisible, settings: current },
        ...{ sound: sound.state, hasFailed, sounded },
      });
    },
    look() {
      const { muted, repeatSeconds } = chosen();
      if (muted !== current.muted || repeatSeconds !== current.repeatSeconds) configure();
    },
    followLink() {
      const isSignedOut = state.link.name === 'signed-out' || state.link.name === 'refused';
      if (state.isLost) sound.linkLost(isSignedOut ? 'signed-out' : 'lost');
      else sound.linkLost(undefined);
    },
  };
}
