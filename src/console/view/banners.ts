/** What must not be overlooked while it lasts: no sound, no link, another page in our place. */

import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { View, ViewContext } from './page-state.ts';

export function createBanners({ text: { banner: text }, intents }: ViewContext): View {
  const soundOff = el(
    'div',
    { class: 'banner sound-off', testId: 'banner-sound' },
    icon('soundOff'),
    el('p', { class: 'banner-words' }, el('strong', {}, text.soundOff), el('span', {}, text.soundOffHint)),
    button(
      { class: 'strong', testId: 'unlock', onClick: intents.unlockSound },
      icon('soundOn'),
      text.turnSoundOn,
    ),
  );

  const unsent = el('span', {});
  const lost = el(
    'div',
    { class: 'banner lost', testId: 'banner-lost' },
    icon('unlinked'),
    el('p', { class: 'banner-words' }, el('strong', {}, text.lost), el('span', {}, text.lostHint), unsent),
  );

  const replaced = el(
    'div',
    { class: 'banner lost', testId: 'banner-replaced' },
    icon('unlinked'),
    el('p', { class: 'banner-words' }, el('strong', {}, text.replaced), el('span', {}, text.replacedHint)),
    button({ class: 'strong', testId: 'take-over', onClick: intents.takeOver }, text.takeOver),
  );

  // Their coming is news that cannot wait; so they are put in and taken out, in a region that is always there.
  const urgent = el('div', { attributes: { role: 'alert' } });
  setHidden(soundOff, true);

  return {
    node: el('section', { class: 'banners', attributes: { 'aria-label': text.label } }, urgent, soundOff),
    render({ sound, settings, isLost, link, alerts }) {
      setHidden(soundOff, sound !== 'locked' || settings.muted);
      const isReplaced = link.name === 'replaced';
      const isWaiting = link.name !== 'signed-out' && link.name !== 'refused';
      setText(unsent, alerts.pending.size === 0 ? '' : text.unsent(alerts.pending.size));
      put(replaced, isReplaced);
      put(lost, isLost && isWaiting && !isReplaced);
    },
  };

  function put(banner: HTMLElement, isThere: boolean): void {
    if (isThere && !banner.isConnected) urgent.append(banner);
    else if (!isThere && banner.isConnected) banner.remove();
  }
}
