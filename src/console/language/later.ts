/** The words of what is loaded on demand, by language. */

import type { Language } from '../sound/types.ts';
import { laterEn } from './later-en.ts';
import type { LaterStrings } from './later-strings.ts';
import { laterZh } from './later-zh.ts';

export const LATER_STRINGS: Readonly<Record<Language, LaterStrings>> = { zh: laterZh, en: laterEn };
