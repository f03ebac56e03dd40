/** The choice of a tone, each with a button that plays it. */

import { TONE_NAMES, type ToneName } from '../sound/tones.ts';
import { button, el, setText } from './dom.ts';
import { choiceField } from './fields.ts';
import { icon } from './icons.ts';
import type { SettingsContext, SettingsPart } from './settings-part.ts';

export function createToneField({
  text: { settings: text },
  intents,
}: SettingsContext): Required<SettingsPart> {
  const fault = el('p', { class: 'tested', testId: 'tone-tested', attributes: { role: 'status' } });

  async function play(tone: ToneName): Promise<void> {
    setText(fault, '');
    if ((await intents.testTone(tone)) === 'failed') setText(fault, text.tested.failed);
  }

  const choices = TONE_NAMES.map((tone) => ({
    value: tone,
    label: text.tones[tone],
    beside: button(
      {
        class: 'second',
        testId: `test-tone-${tone}`,
        attributes: { 'aria-label': text.listenTo(text.tones[tone]) },
        onClick: () => void play(tone),
      },
      icon('soundOn'),
      text.listen,
    ),
  }));
  const field = choiceField({
    ...{ label: text.tone, hint: text.toneHint, testId: 'set-tone', choices },
    onChange: (tone) => intents.changeSettings({ tone }),
  });
  return {
    node: el('div', { class: 'field' }, field.node, fault),
    show: (settings) => field.show(settings.tone),
    onOpen: () => setText(fault, ''),
  };
}
