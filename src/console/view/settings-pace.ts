/** How often an open alert rings again, and after how long it is late and overdue. */

import { LIMITS, type Settings } from '../browser/settings.ts';
import { checkField, numberField } from './fields.ts';
import type { SettingsContext } from './settings-part.ts';

export interface PaceFields {
  readonly nodes: readonly HTMLElement[];
  show(settings: Settings): void;
}

export function createPaceFields({ text: { settings: text }, intents }: SettingsContext): PaceFields {
  const change = intents.changeSettings;
  const repeat = numberField({
    label: text.repeat,
    hint: text.repeatHint,
    testId: 'set-repeat',
    limits: LIMITS.repeatSeconds,
    onChange: (repeatSeconds) => change({ repeatSeconds }),
  });
  const untilHandled = checkField({
    label: text.untilHandled,
    hint: text.untilHandledHint,
    testId: 'set-until-handled',
    onChange: (chosen) => change({ untilHandled: chosen }),
  });
  const late = numberField({
    label: text.late,
    testId: 'set-late',
    limits: LIMITS.lateMinutes,
    onChange: (lateMinutes) => change({ lateMinutes }),
  });
  const overdue = numberField({
    label: text.overdue,
    hint: text.overdueHint,
    testId: 'set-overdue',
    limits: LIMITS.overdueMinutes,
    onChange: (overdueMinutes) => change({ overdueMinutes }),
  });
  return {
    nodes: [repeat.node, untilHandled.node, late.node, overdue.node],
    show(settings) {
      repeat.show(settings.repeatSeconds);
      untilHandled.show(settings.untilHandled);
      late.show(settings.lateMinutes);
      overdue.show(settings.overdueMinutes);
    },
  };
}
