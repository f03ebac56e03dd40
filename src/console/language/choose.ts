/** Which language the page speaks: the one that was chosen here before, else the browser's first that we have. */

import type { Language } from '../sound/types.ts';
import { en } from './en.ts';
import type { Languages } from './strings.ts';
import { zh } from './zh.ts';

export const LANGUAGES: Languages = { zh, en };

export function chooseLanguage(chosen: string | null, ofBrowser: readonly string[]): Language {
  if (chosen === 'zh' || chosen === 'en') return chosen;
  for (const tag of ofBrowser) {
    if (/^zh\b/i.test(tag)) return 'zh';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

export function otherLanguage(language: Language): Language {
  return language === 'zh' ? 'en' : 'zh';
}
