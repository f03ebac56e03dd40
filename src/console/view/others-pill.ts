/** Where this till makes no sound: whether another one of the shop does, as far as the service says. */

import { el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { View, ViewContext } from './page-state.ts';
import { audibilityOf, canSound } from './sound-words.ts';

export function createOthersPill({ text }: ViewContext): View {
  const words = el('span', {});
  const node = el(
    'p',
    { class: 'pill speaker', testId: 'others', attributes: { role: 'status' } },
    icon('soundOn'),
    icon('soundOff'),
    words,
  );
  return {
    node,
    render(page) {
      const { shopHearing } = page;
      setHidden(node, shopHearing === undefined || canSound(audibilityOf(page)));
      node.dataset.on = String(shopHearing === 'hearing');
      setText(words, shopHearing === 'hearing' ? text.sound.anotherSounds : text.sound.noneSounds);
    },
  };
}
