/** How the sound stands, in the bar, and the button beside it that changes it. */

import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { PageState, ViewContext } from './page-state.ts';
import { type Audibility, audibilityOf, soundWords } from './sound-words.ts';

export interface SpeakerOptions extends ViewContext {
  openMuting(): void;
}

export interface Speaker {
  readonly state: HTMLElement;
  readonly button: HTMLElement;
  render(page: PageState): void;
}

export function createSpeaker(options: SpeakerOptions): Speaker {
  const { text, formats, openMuting } = options;
  const words = el('span', {});
  const state = el('p', { class: 'pill speaker', testId: 'sound' }, icon('soundOn'), icon('soundOff'), words);
  let press = openMuting;
  const pressWords = el('span', { class: 'words' });
  const mute = button(
    { class: 'quiet speaker', testId: 'mute', onClick: () => press() },
    icon('soundOn'),
    icon('soundOff'),
    pressWords,
  );
  return {
    state,
    button: mute,
    render(page) {
      const { settings, alerts } = page;
      const audible = audibilityOf(page);
      const until = formats.time(new Date(settings.mutedUntil).toISOString(), alerts.dayStart);
      const speaker = soundWords(audible, until, text);
      state.dataset.state = audible;
      for (const node of [state, mute]) node.dataset.on = String(speaker.isOn);
      setText(words, speaker.words);
      setHidden(mute, speaker.press === undefined);
      setText(pressWords, speaker.press ?? '');
      press = pressOf(audible, options);
    },
  };
}

function pressOf(audible: Audibility, { intents, openMuting }: SpeakerOptions): () => void {
  switch (audible) {
    case 'locked':
      return intents.unlockSound;
    case 'failed':
      return intents.trySound;
    case 'muted':
    case 'zero':
    case 'unavailable':
      return intents.unmute;
    case 'speaking-tab':
    case 'follower':
      return openMuting;
  }
}
