/**
 * Which rings have their words, where one follows the other with hardly a pause: all that are about something new, and of the
 * rest one every so often. Between them the chime rings alone, which carries further than a voice.
 */

import type { Clock } from './parts.ts';
import type { Ring } from './ringing.ts';
import type { SoundSettings } from './types.ts';

export interface WordPace {
  /** `rungAt` are those that have rung before. */
  isDue(ring: Ring, settings: SoundSettings, rungAt: { has(key: string): boolean }): boolean;
  /** The words of this kind have come to their end. */
  mark(kind: Ring['kind']): void;
}

const AGAIN_MS = 15_000;

export function createWordPace(clock: Clock): WordPace {
  const endedAt = new Map<Ring['kind'], number>();
  return {
    isDue({ kind, keys }, { untilHandled, chime }, rungAt) {
      const hasNew = keys.some((key) => !rungAt.has(key));
      if (!untilHandled || !chime || hasNew || kind === 'linkLost') return true;
      return clock.steadyNow() - (endedAt.get(kind) ?? Number.NEGATIVE_INFINITY) >= AGAIN_MS;
    },
    mark(kind) {
      endedAt.set(kind, clock.steadyNow());
    },
  };
}
