/** Which of the browser's voices speaks. Pure. */

import type { Voice } from './parts.ts';
import type { Language } from './types.ts';

/** The language of an utterance without a voice. */
const LANGUAGE_TAGS: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-US' };

/** The primary tags that browsers give a language: `cmn` is Mandarin, and `yue`, Cantonese, is another to the ear. */
const PRIMARY: Readonly<Record<Language, readonly string[]>> = { zh: ['zh', 'cmn', 'yue'], en: ['en'] };

/** Voices that macOS has for fun, before its others and all of them local English ones. */
const JOKES =
  /^(albert|bad news|bahh|bells|boing|bubbles|cellos|deranged|good news|hysterical|jester|organ|superstar|trinoids|whisper|wobble|zarvox)\b/i;

/** The voices of the language first, and among them the best first; otherwise in the browser's order. */
export function byPreference(voices: readonly Voice[], language: Language): Voice[] {
  const ranked = voices.map((voice) => ({ voice, rank: rankOf(voice, language) }));
  return ranked.sort((a, b) => b.rank - a.rank).map(({ voice }) => voice);
}

/**
 * The voice that was chosen by name, if there is one; else a local one of the language, since remote ones need the
 * network and may stay silent; else any of the language. Undefined leaves it to the browser, which gets the
 * language. Those in `silent` are passed over.
 */
export function pickVoice(
  voices: readonly Voice[],
  wanted: { readonly language: Language; readonly name?: string | undefined },
  silent: ReadonlySet<string> = new Set(),
): Voice | undefined {
  const able = byPreference(
    voices.filter(({ voiceURI }) => !silent.has(voiceURI)),
    wanted.language,
  );
  const named = wanted.name === undefined ? undefined : able.find(({ name }) => name === wanted.name);
  const best = named ?? able[0];
  return named !== undefined || (best !== undefined && speaks(best, wanted.language)) ? best : undefined;
}

/** The language of an utterance: some browsers choose the voice by that alone. */
export function tagFor(voice: Voice | undefined, language: Language): string {
  // Android writes `zh_CN`.
  return voice?.lang.replaceAll('_', '-') ?? LANGUAGE_TAGS[language];
}

function speaks(voice: Voice, language: Language): boolean {
  return PRIMARY[language].includes(tagOf(voice).split('-')[0] ?? '');
}

function rankOf(voice: Voice, language: Language): number {
  if (!speaks(voice, language)) return -1;
  const accent = language === 'zh' ? accentOf(tagOf(voice)) : 2;
  // A local voice goes before any accent, but not before being understood at all.
  return (accent > 0 ? 16 : 0) + (voice.localService ? 8 : 0) + accent * 2 + (isPlain(voice) ? 1 : 0);
}

/** Of Chinese: 3 as on the mainland, 2 where it is left open, 1 as on Taiwan, 0 Cantonese. */
function accentOf(tag: string): number {
  if (/^yue|-(hk|mo)\b/.test(tag)) return 0;
  if (/-(tw|hant)\b/.test(tag)) return 1;
  return /-(cn|hans)\b/.test(tag) ? 3 : 2;
}

function isPlain(voice: Voice): boolean {
  return !JOKES.test(voice.name);
}

function tagOf(voice: Voice): string {
  return voice.lang.toLowerCase().replaceAll('_', '-');
}
