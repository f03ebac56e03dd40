/** The settings of the till itself: its name, and how long a press can be undone. */

import { LIMITS } from '../browser/settings.ts';
import { fittingName } from '../model/till-name.ts';
import { numberField, textField } from './fields.ts';
import { group, type SettingsContext, type SettingsPart } from './settings-part.ts';

export function createTillSettings({ text: { settings: text }, intents }: SettingsContext): SettingsPart {
  const tillName = textField({
    label: text.tillName,
    hint: text.tillHint,
    testId: 'set-till',
    maxLength: 40,
    onChange: (name) => intents.changeSettings({ tillName: fittingName(name) }),
  });
  const undo = numberField({
    label: text.undo,
    hint: text.undoHint,
    testId: 'set-undo',
    limits: LIMITS.undoSeconds,
    onChange: (undoSeconds) => intents.changeSettings({ undoSeconds }),
  });
  return {
    node: group(text.till, tillName.node, undo.node),
    show(settings) {
      tillName.show(settings.tillName);
      undo.show(settings.undoSeconds);
    },
  };
}
