/** Makes the page in the language in use; the document and what browsers install it by get the same one. */

import { LANGUAGES } from './language/choose.ts';
import { createFormats } from './language/formats.ts';
import { nameManifest } from './shell/manifest.ts';
import { DEFAULT_TEXTS } from './sound/phrases.ts';
import type { ConsoleState } from './state.ts';
import { type ConsolePage, createPage, type PageOptions } from './view/page.ts';

export type MakePageOptions = Pick<
  PageOptions,
  'shop' | 'intents' | 'service' | 'later' | 'hasToken' | 'dayStart'
> & { readonly state: Pick<ConsoleState, 'language'> };

export function makePage({ state, ...options }: MakePageOptions): ConsolePage {
  const { language } = state;
  const text = LANGUAGES[language];
  document.documentElement.lang = text.lang;
  nameManifest(options.service.base, options.shop, language);
  return createPage({
    ...{ ...options, text, language },
    formats: createFormats(text),
    phrases: DEFAULT_TEXTS[language],
  });
}
