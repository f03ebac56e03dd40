/** The choice of a voice among those that the browser has. */

import { DEFAULTS } from '../browser/settings.ts';
import { selectField } from './fields.ts';
import type { SettingsContext, SettingsPart } from './settings-part.ts';

/** Browsers find their voices late: they are asked for whenever the dialog opens, and while it is open. */
export function createVoiceField({
  text: { settings: text },
  intents,
}: SettingsContext): Required<SettingsPart> {
  let chosen = DEFAULTS.voice;
  const field = selectField({
    label: text.voice,
    testId: 'set-voice',
    onChange: (voice) => intents.changeSettings({ voice }),
  });

  function offer(): void {
    const named = intents.voices().map(({ name, local }) => ({
      value: name,
      label: local ? name : text.remoteVoice(name),
    }));
    field.offer([{ value: '', label: text.anyVoice }, ...named], chosen ?? '');
  }

  return {
    node: field.node,
    show(settings) {
      chosen = settings.voice;
      if (field.node.closest('dialog')?.open) offer();
    },
    onOpen: offer,
  };
}
