/** The settings of the sound: how loud, which voice, how often, and buttons to test it with. */

import { type EventType, KNOWN_KINDS } from '../../domain/event-kinds.ts';
import { LIMITS } from '../browser/settings.ts';
import { button, el, setText } from './dom.ts';
import { checkField, rangeField } from './fields.ts';
import { icon } from './icons.ts';
import { lookOf } from './kind-look.ts';
import { createPaceFields } from './settings-pace.ts';
import { group, type SettingsContext, type SettingsPart } from './settings-part.ts';
import { createToneField } from './settings-tone.ts';
import { createVoiceField } from './settings-voice.ts';

export function createSoundSettings(context: SettingsContext): SettingsPart {
  const { settings: text } = context.text;
  const change = context.intents.changeSettings;
  const volume = rangeField({
    label: text.volume,
    testId: 'set-volume',
    limits: LIMITS.volume,
    step: 0.05,
    words: (value) => `${Math.round(value * 100)}%`,
    onChange: (chosen) => change({ volume: chosen }),
  });
  const rate = rangeField({
    label: text.rate,
    testId: 'set-rate',
    limits: LIMITS.rate,
    step: 0.1,
    words: (value) => `${value.toFixed(1)}×`,
    onChange: (chosen) => change({ rate: chosen }),
  });
  const chime = checkField({
    label: text.chime,
    testId: 'set-chime',
    onChange: (chosen) => change({ chime: chosen }),
  });
  const voice = createVoiceField(context);
  const tone = createToneField(context);
  const pace = createPaceFields(context);
  const trials = createTrialButtons(context);
  return {
    node: group(
      text.sound,
      ...[volume.node, rate.node, voice.node, chime.node, tone.node],
      ...pace.nodes,
      ...trials.nodes,
    ),
    show(settings) {
      volume.show(settings.volume);
      rate.show(settings.rate);
      voice.show(settings);
      chime.show(settings.chime);
      tone.show(settings);
      pace.show(settings);
    },
    onOpen() {
      trials.clear();
      voice.onOpen();
      tone.onOpen();
    },
  };
}

interface TrialButtons {
  readonly nodes: readonly HTMLElement[];
  /** Of the last trial there is nothing to say any longer. */
  clear(): void;
}

/** A button for each kind of alert, and how the last trial ended. */
function createTrialButtons({ text: all, intents }: SettingsContext): TrialButtons {
  const { settings: text } = all;
  const tested = el('p', { class: 'tested', testId: 'tested', attributes: { role: 'status' } });

  async function listen(type: EventType): Promise<void> {
    setText(tested, '');
    setText(tested, text.tested[await intents.testSound(type)]);
  }

  const buttons = KNOWN_KINDS.map(({ type }) =>
    button(
      { class: 'second', testId: `test-${type}`, onClick: () => void listen(type) },
      icon(lookOf(type).icon),
      text.test(all.kind[type]),
    ),
  );
  return {
    nodes: [el('div', { class: 'tests' }, ...buttons), tested],
    clear: () => setText(tested, ''),
  };
}
