/** What the sound does until the merchant chooses otherwise, and what of a choice is kept within bounds. Pure. */

import type { Language, SoundSettings } from './types.ts';

export function defaultSettings(language: Language): SoundSettings {
  return {
    muted: false,
    language,
    rate: 1,
    volume: 1,
    chime: true,
    repeatSeconds: 30,
    texts: { paid: '', reminded: '', paidSeveral: '', remindedSeveral: '', linkLost: '' },
  };
}
