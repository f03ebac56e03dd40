/** What the merchant can choose. Each choice counts at once and is kept; there is nothing to save. */

import { type EventType, KNOWN_KINDS } from '../../domain/event-kinds.ts';
import { DEFAULTS, LIMITS, type Settings } from '../browser/settings.ts';
import { fittingName } from '../model/till-name.ts';
import { TEXT_KEYS } from '../sound/settings.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { checkField, numberField, rangeField, selectField, textField } from './fields.ts';
import { icon } from './icons.ts';
import { lookOf } from './kind-look.ts';
import type { View, ViewContext } from './page-state.ts';
import { createPushChoice } from './push-choice.ts';

export interface SettingsDialog extends View {
  open(): void;
}

export interface SettingsOptions extends ViewContext {
  /** The default of each text. */
  phrases: Settings['texts'];
}

export function createSettingsDialog({ text: all, intents, phrases }: SettingsOptions): SettingsDialog {
  const { settings: text } = all;
  let current: Settings = DEFAULTS;
  const change = intents.changeSettings;

  const tillName = textField({
    label: text.tillName,
    hint: text.tillHint,
    testId: 'set-till',
    maxLength: 40,
    onChange: (name) => change({ tillName: fittingName(name) }),
  });
  const undo = numberField({
    label: text.undo,
    hint: text.undoHint,
    testId: 'set-undo',
    limits: LIMITS.undoSeconds,
    onChange: (undoSeconds) => change({ undoSeconds }),
  });
  const volume = rangeField({
    label: text.volume,
    testId: 'set-volume',
    limits: LIMITS.volume,
    step: 0.05,
    words: (value) => `${Math.round(value * 100)}%`,
    onChange: (volume) => change({ volume }),
  });
  const rate = rangeField({
    label: text.rate,
    testId: 'set-rate',
    limits: LIMITS.rate,
    step: 0.1,
    words: (value) => `${value.toFixed(1)}×`,
    onChange: (rate) => change({ rate }),
  });
  const voice = selectField({
    label: text.voice,
    testId: 'set-voice',
    onChange: (voice) => change({ voice }),
  });
  const chime = checkField({
    label: text.chime,
    testId: 'set-chime',
    onChange: (chime) => change({ chime }),
  });
  const repeat = numberField({
    label: text.repeat,
    hint: text.repeatHint,
    testId: 'set-repeat',
    limits: LIMITS.repeatSeconds,
    onChange: (repeatSeconds) => change({ repeatSeconds }),
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
  const tested = el('p', { class: 'tested', testId: 'tested', attributes: { role: 'status' } });
  const texts = TEXT_KEYS.map((key) => ({
    key,
    field: textField({
      label: text.text[key],
      placeholder: phrases[key],
      testId: `set-text-${key}`,
      maxLength: LIMITS.text,
      onChange: (value) => change({ texts: { ...current.texts, [key]: value } }),
    }),
  }));
  const push = createPushChoice(text, intents);
  const pushGroup = group(text.push, ...push.nodes);
  const permission = el('p', { class: 'permission', testId: 'permission' });
  const permissionWords = {
    default: '',
    granted: text.allowed,
    denied: text.denied,
    unsupported: text.unsupported,
  } as const;
  const allow = button(
    { class: 'second', testId: 'allow', onClick: intents.askForNotifications },
    text.allow,
  );

  const testOf = (type: EventType) =>
    button(
      { class: 'second', testId: `test-${type}`, onClick: () => void listen(type) },
      icon(lookOf(type).icon),
      text.test(all.kind[type]),
    );

  async function listen(type: EventType): Promise<void> {
    setText(tested, '');
    setText(tested, text.tested[await intents.testSound(type)]);
  }

  const dialog = el(
    'dialog',
    { class: 'dialog settings', testId: 'settings', attributes: { 'aria-labelledby': 'settings-heading' } },
    el(
      'form',
      { attributes: { method: 'dialog' } },
      el(
        'div',
        { class: 'dialog-head' },
        el('h2', { id: 'settings-heading' }, text.heading),
        button({ class: 'primary', type: 'submit', testId: 'settings-done' }, text.done),
      ),
      group(text.till, tillName.node, undo.node),
      group(
        text.sound,
        volume.node,
        rate.node,
        voice.node,
        chime.node,
        repeat.node,
        late.node,
        overdue.node,
        el('div', { class: 'tests' }, ...KNOWN_KINDS.map(({ type }) => testOf(type))),
        tested,
      ),
      group(
        text.texts,
        el('p', { class: 'hint' }, text.textsHint),
        ...texts.map(({ field }) => field.node),
        button({ class: 'second', testId: 'reset-texts', onClick: resetTexts }, text.resetTexts),
      ),
      pushGroup,
      group(text.notifications, el('p', { class: 'hint' }, text.notificationsHint), permission, allow),
    ),
  );
  dialog.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    dialog.close();
  });
  // A press beside the dialog lands on the dialog itself: all that is in it is in the form.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());

  function resetTexts(): void {
    change({ texts: DEFAULTS.texts });
  }

  function showVoices(): void {
    const named = intents.voices().map(({ name, local }) => ({
      value: name,
      label: local ? name : text.remoteVoice(name),
    }));
    voice.offer([{ value: '', label: text.anyVoice }, ...named], current.voice ?? '');
  }

  return {
    node: dialog,
    open() {
      setText(tested, '');
      showVoices();
      dialog.showModal();
    },
    render({ settings, permission: permitted, push: pushState }) {
      push.show(pushState);
      setHidden(pushGroup, pushState === 'unavailable');
      const isNew = settings !== current;
      current = settings;
      setText(permission, permissionWords[permitted]);
      setHidden(permission, permitted === 'default');
      setHidden(allow, permitted !== 'default');
      if (!isNew) return;
      tillName.show(settings.tillName);
      undo.show(settings.undoSeconds);
      volume.show(settings.volume);
      rate.show(settings.rate);
      chime.show(settings.chime);
      repeat.show(settings.repeatSeconds);
      late.show(settings.lateMinutes);
      overdue.show(settings.overdueMinutes);
      if (dialog.open) showVoices();
      for (const { key, field } of texts) field.show(settings.texts[key]);
    },
  };
}

function group(title: string, ...children: readonly Node[]): HTMLElement {
  return el('fieldset', { class: 'group' }, el('legend', {}, title), ...children);
}
