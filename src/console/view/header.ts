/** The bar at the top: which shop, how the link and the sound stand, and the way to what can be chosen. */

import { otherLanguage } from '../language/choose.ts';
import type { Language } from '../sound/types.ts';
import { button, el, setText } from './dom.ts';
import { icon } from './icons.ts';
import { linkWords } from './link-words.ts';
import { createOthersPill } from './others-pill.ts';
import type { View, ViewContext } from './page-state.ts';
import { createSpeaker } from './speaker.ts';

export interface HeaderOptions extends ViewContext {
  language: Language;
  openSettings(): void;
  openMuting(): void;
}

export function createHeader(options: HeaderOptions): View {
  const { text, shop } = options;
  const shopName = shop === 'default' ? text.page.defaultShop : text.page.shop(shop);
  const link = createLinkPill(options);
  const speaker = createSpeaker(options);
  const others = createOthersPill(options);
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
    el('div', { class: 'states' }, link.node, speaker.state, others.node),
    el('div', { class: 'tools' }, speaker.button, ...toolsOf(options)),
  );
  return {
    node,
    render(page) {
      link.render(page);
      speaker.render(page);
      others.render(page);
    },
  };
}

function createLinkPill({ text }: ViewContext): View {
  const state = el('span', {});
  const node = el(
    'p',
    { class: 'pill link', testId: 'link' },
    el('span', { class: 'dot' }),
    el('span', { class: 'unseen' }, `${text.link.label}: `),
    state,
  );
  return {
    node,
    render({ link, now }) {
      const { tone, words, why } = linkWords(link, now, text);
      node.dataset.tone = tone;
      node.dataset.state = link.name;
      setText(state, why === undefined ? words : `${why} · ${words}`);
    },
  };
}

function toolsOf({ text, language, intents, openSettings }: HeaderOptions): HTMLElement[] {
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
    el('span', { class: 'words' }, text.page.settings),
  );
  return [switchLanguage, openButton];
}
