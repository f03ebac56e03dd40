/** The bar at the top: which shop, how the link and the sound stand, and the way to what can be chosen. */

import { otherLanguage } from '../language/choose.ts';
import type { Language, SoundState } from '../sound/types.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import { linkWords } from './link-words.ts';
import type { View, ViewContext } from './page-state.ts';

export interface HeaderOptions extends ViewContext {
  language: Language;
  openSettings(): void;
}

export function createHeader({ text, shop, intents, language, openSettings }: HeaderOptions): View {
  const shopName = shop === 'default' ? text.page.defaultShop : text.page.shop(shop);
  const linkState = el('span', {});
  const link = el(
    'p',
    { class: 'pill link', testId: 'link' },
    el('span', { class: 'dot' }),
    el('span', { class: 'unseen' }, `${text.link.label}: `),
    linkState,
  );
  const sound = el('p', { class: 'pill', testId: 'sound' });
  const isMuted = () => mute.getAttribute('aria-pressed') === 'true';
  const mute = button(
    {
      class: 'quiet',
      testId: 'mute',
      attributes: { 'aria-pressed': 'false' },
      onClick: () => intents.changeSettings({ muted: !isMuted() }),
    },
    icon('soundOff'),
    el('span', { class: 'words' }, text.sound.mute),
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
  const settings = button(
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
      el('span', { class: 'brand-shop', testId: 'shop' }, shopName),
    ),
    el('div', { class: 'states' }, link, sound),
    el('div', { class: 'tools' }, mute, switchLanguage, settings),
  );

  return {
    node,
    render({ link: state, sound: soundState, settings: { muted }, now }) {
      const { tone, words, why } = linkWords(state, now, text);
      link.dataset.tone = tone;
      link.dataset.state = state.name;
      setText(linkState, why === undefined ? words : `${why} · ${words}`);
      const soundWords = soundWordsOf(soundState, muted);
      sound.dataset.state = soundState;
      setHidden(sound, soundWords === undefined);
      setText(sound, soundWords ?? '');
      mute.setAttribute('aria-pressed', String(muted));
    },
  };

  /** Nothing where all is as it should be. */
  function soundWordsOf(state: SoundState, muted: boolean): string | undefined {
    if (state === 'unavailable') return text.sound.unavailable;
    if (muted) return text.sound.muted;
    return state === 'follower' ? text.sound.elsewhere : undefined;
  }
}
