/** What the sound does until the merchant chooses otherwise, and what of a choice is within its bounds. Pure. */

import { KNOWN_KINDS } from '../../domain/event-kinds.ts';
import type { Language, SoundSettings, TextKey } from './types.ts';

const names = KNOWN_KINDS.map(({ name }) => name);

/** In the order in which the settings show them. */
export const TEXT_KEYS: readonly TextKey[] = [
  ...names,
  ...names.map((name) => `${name}Several` as const),
  'linkLost',
];

export function textsOf(make: (key: TextKey) => string): SoundSettings['texts'] {
  return Object.fromEntries(TEXT_KEYS.map((key) => [key, make(key)])) as SoundSettings['texts'];
}

export function defaultSettings(language: Language): SoundSettings {
  return {
    muted: false,
    language,
    rate: 1,
    volume: 1,
    chime: true,
    tone: 'bell',
    repeatSeconds: 30,
    untilHandled: false,
    texts: textsOf(() => ''),
  };
}

/** Numbers as near to what was chosen as they may be: browsers throw at others. */
export function withinBounds(settings: SoundSettings): SoundSettings {
  const fallback = defaultSettings(settings.language);
  return {
    ...settings,
    rate: between(0.5, settings.rate, 2) ?? fallback.rate,
    volume: between(0, settings.volume, 1) ?? fallback.volume,
    repeatSeconds: between(0, settings.repeatSeconds, 86_400) ?? fallback.repeatSeconds,
  };
}

function between(least: number, value: number, most: number): number | undefined {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : undefined;
}
