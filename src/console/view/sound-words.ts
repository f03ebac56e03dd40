/** Whether the till can be noticed, in words: what its speaker shows and what a press on it brings. Pure. */

import type { Strings } from '../language/strings.ts';
import type { SoundState } from '../sound/types.ts';

/** `zero`: it would sound, at a volume of nothing. `failed`: it was to sound, and nothing came out. */
export type Audibility = SoundState | 'zero' | 'failed';

export interface SoundFacts {
  readonly sound: SoundState;
  readonly hasFailed: boolean;
  readonly settings: { readonly volume: number };
}

export function audibilityOf({ sound, hasFailed, settings }: SoundFacts): Audibility {
  if (canSound(sound) && settings.volume <= 0) return 'zero';
  // What another tab plays may well come out.
  return sound === 'speaking-tab' && hasFailed ? 'failed' : sound;
}

/** Here, or in another tab of this till. */
export function canSound(is: Audibility): boolean {
  return is === 'speaking-tab' || is === 'follower';
}

export interface SoundWords {
  readonly isOn: boolean;
  readonly words: string;
  /** Undefined where a press changes nothing. */
  readonly press: string | undefined;
}

/** `until` is when a muting ends, as it is shown. */
export function soundWords(is: Audibility, until: string, { sound: text }: Strings): SoundWords {
  switch (is) {
    case 'speaking-tab':
      return { isOn: true, words: text.on, press: text.mute };
    case 'follower':
      return { isOn: true, words: text.elsewhere, press: text.mute };
    case 'muted':
      return { isOn: false, words: text.mutedUntil(until), press: text.restore };
    case 'zero':
      return { isOn: false, words: text.zero, press: text.restore };
    case 'failed':
      return { isOn: false, words: text.failed, press: text.tryAgain };
    case 'locked':
      return { isOn: false, words: text.locked, press: text.turnOn };
    case 'unavailable':
      return { isOn: false, words: text.unavailable, press: undefined };
  }
}
