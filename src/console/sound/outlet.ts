/** What a tab sounds with: voice and chime as one bell, the browser's leave to sound, and the lead among the shop's tabs. */

import { createBell, type Ending, type SoundBell } from './bell.ts';
import { createChime } from './chime.ts';
import { createLead } from './choose-lead.ts';
import { createGate } from './gate.ts';
import type { Lead, Rank } from './lead.ts';
import type { SoundParts } from './parts.ts';
import { createSpeech } from './speech.ts';
import type { Language, Sound, SoundState } from './types.ts';
import { createVoiceList } from './voice-list.ts';
import { byPreference } from './voices.ts';

export interface Outlet {
  readonly bell: SoundBell;
  readonly lead: Lead;
  /** The browser lets it sound. */
  readonly isUnlocked: boolean;
  stateOf(settings: { readonly muted: boolean }): SoundState;
  /** To be called from within a click. */
  unlock(): void;
  /** Something ended so: where the browser refused, the next click unlocks again. */
  learn(ending: Ending): void;
  voices(language: Language): ReturnType<Sound['voices']>;
  stop(): void;
}

export interface OutletOptions {
  readonly shop: string;
  readonly parts: SoundParts;
  /** The state may be another one now. */
  onChange(): void;
  onVoices(): void;
}

export function createOutlet({ shop, parts, onChange, onVoices }: OutletOptions): Outlet {
  const { clock, page, synthesis, audio } = parts;
  const isThere = synthesis !== undefined || audio !== undefined;
  const voiceList = createVoiceList(synthesis, clock, () => {
    bell.refresh();
    onVoices();
  });
  const speech = createSpeech(synthesis, clock);
  const chime = createChime(audio, clock);
  const bell = createBell({ speech, chime, clock, voices: () => voiceList.untilSome() });
  const gate = createGate({ page, audio, onChange });
  const tab = parts.random().toString(36).slice(2);
  const lead = createLead({ shop, tab, parts, onChange });
  return {
    ...{ bell, lead },
    get isUnlocked() {
      return gate.isOpen;
    },
    stateOf({ muted }) {
      if (!isThere) return 'unavailable';
      if (muted) return 'muted';
      if (!gate.isOpen) return 'locked';
      return lead.isHeld ? 'speaking-tab' : 'follower';
    },
    unlock() {
      gate.unlock();
      if (gate.isOpen) speech.prime();
    },
    learn(ending) {
      if (ending === 'refused') gate.refuse();
    },
    voices: (language) =>
      byPreference(voiceList.now(), language).map(({ name, lang, localService }) => ({
        ...{ name, lang },
        local: localService,
      })),
    stop() {
      lead.stop();
      gate.stop();
      voiceList.stop();
      audio?.close();
    },
  };
}

/** How good a tab in this state is as the one that speaks: undefined if it cannot sound. */
export function rankOf(state: SoundState, isLinkLost: boolean, isVisible: boolean): Rank | undefined {
  if (state !== 'speaking-tab' && state !== 'follower') return undefined;
  if (isLinkLost) return 0;
  return isVisible ? 2 : 1;
}
