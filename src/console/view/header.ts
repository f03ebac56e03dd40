/** The bar at the top: which shop, how the link and the sound stand, and the way to what can be chosen. */

import { otherLanguage } from '../language/choose.ts';
import type { Language } from '../sound/types.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { linkWords } from './link-words.ts';
import type { View, ViewContext } from './page-state.ts';
import { type Audibility, audibilityOf, soundWords } from './sound-words.ts';

export interface HeaderOptions extends ViewContext {
  language: Language;
  openSettings(): void;
  openMuting(): void;
}

export function createHeader({
  text,
  shop,
  formats,
  intents,
  language,
  openSettings,
  openMuting,
}: HeaderOptions): View {
  const shopName = shop === 'default' ? text.page.defaultShop : text.page.shop(shop);
  const linkState = el('span', {});
  const link = el(
    'p',
    { class: 'pill link', testId: 'link' },
    el('span', { class: 'dot' }),
    el('span', { class: 'unseen' }, `${text.link.label}: `),
    linkState,
  );
  const soundState = el('span', {});
  const sound = el(
    'p',
    { class: 'pill speaker', testId: 'sound' },
    icon('soundOn'),
    icon('soundOff'),
    soundState,
  );
  let press = openMuting;
  const pressWords = el('span', { class: 'words' });
  const mute = button(
    { class: 'quiet speaker', testId: 'mute', onClick: () => press() },
    icon('soundOn'),
    icon('soundOff'),
    pressWords,
  );
  const switchLanguage = button(
    {
      class: 'quiet',
      testId: 'language',
      attributes: { title: text.language.switchLabel },
      onClick: intents.switchLanguage,
    },
    el('span', { attributes: { lang: otherLanguage(language) } }, text.language.switchTo),
  );
  const openButton = button(
    { class: 'quiet', testId: 'settings-open', onClick: openSettings },
    icon('settings'),
    el('span', { class: 'words' }, text.settings.open),
  );
  const node = el(
    'header',
    { class: 'bar', attributes: { 'aria-label': text.page.header } },
    el(
      'div',
      { class: 'brand' },
      icon('bell'),
      el('h1', { class: 'brand-name' }, text.page.name),
      el('span', { class: 'brand-shop', testId: 'shop', attributes: { title: shopName } }, shopName),
    ),
    el('div', { class: 'states' }, link, sound),
    el('div', { class: 'tools' }, mute, switchLanguage, openButton),
  );

  function pressOf(audible: Audibility): () => void {
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

  return {
    node,
    render(page) {
      const { link: state, settings, alerts, now } = page;
      const { tone, words, why } = linkWords(state, now, text);
      link.dataset.tone = tone;
      link.dataset.state = state.name;
      setText(linkState, why === undefined ? words : `${why} · ${words}`);
      const audible = audibilityOf(page);
      const until = formats.time(new Date(settings.mutedUntil).toISOString(), alerts.dayStart);
      const speaker = soundWords(audible, until, text);
      sound.dataset.state = audible;
      for (const node of [sound, mute]) node.dataset.on = String(speaker.isOn);
      setText(soundState, speaker.words);
      setHidden(mute, speaker.press === undefined);
      setText(pressWords, speaker.press ?? '');
      press = pressOf(audible);
    },
  };
}
