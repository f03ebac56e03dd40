/** The words of each ring, which the merchant may choose. */

import { DEFAULTS, LIMITS, type Settings } from '../browser/settings.ts';
import { TEXT_KEYS } from '../sound/settings.ts';
import { button, el } from './dom.ts';
import { textField } from './fields.ts';
import { group, type SettingsContext, type SettingsPart } from './settings-part.ts';

/** `phrases` are the defaults, shown where a text is empty. */
export function createTextSettings(
  { text: { settings: text }, intents }: SettingsContext,
  phrases: Settings['texts'],
): SettingsPart {
  let current = DEFAULTS.texts;
  const fields = TEXT_KEYS.map((key) => ({
    key,
    field: textField({
      label: text.text[key],
      placeholder: phrases[key],
      testId: `set-text-${key}`,
      maxLength: LIMITS.text,
      onChange: (value) => intents.changeSettings({ texts: { ...current, [key]: value } }),
    }),
  }));
  const reset = () => intents.changeSettings({ texts: DEFAULTS.texts });
  return {
    node: group(
      text.texts,
      el('p', { class: 'hint' }, text.textsHint),
      ...fields.map(({ field }) => field.node),
      button({ class: 'second', testId: 'reset-texts', onClick: reset }, text.resetTexts),
    ),
    show({ texts }) {
      current = texts;
      for (const { key, field } of fields) field.show(texts[key]);
    },
  };
}
