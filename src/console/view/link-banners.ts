/** No alert reaches this page: the link is lost, another page has taken over, or the shop is none. */

import { type BannerGroup, type BannerRegions, createBanner, placeBanner } from './banner.ts';
import { button, el, setText } from './dom.ts';
import type { ViewContext } from './page-state.ts';

export function createLinkBanners(
  { text: { banner: text }, shop, intents }: ViewContext,
  { urgent }: BannerRegions,
): BannerGroup {
  const unsent = el('span', {});
  const lost = createBanner('lost', 'banner-lost', 'unlinked', [
    el('strong', {}, text.lost),
    el('span', {}, text.lostHint),
    unsent,
  ]);
  const replaced = createBanner(
    'lost',
    'banner-replaced',
    'unlinked',
    [el('strong', {}, text.replaced), el('span', {}, text.replacedHint)],
    button({ class: 'strong', testId: 'take-over', onClick: intents.takeOver }, text.takeOver),
  );
  const refused = createBanner('lost', 'banner-refused', 'unlinked', [
    el('strong', {}, text.refused(shop)),
    el('span', {}, text.refusedHint),
  ]);

  return {
    nodes: [],
    render({ isLost, link, alerts }) {
      const isReplaced = link.name === 'replaced';
      const isRefused = link.name === 'refused';
      const isWaiting = link.name !== 'signed-out' && !isRefused && !isReplaced;
      setText(unsent, alerts.pending.size === 0 ? '' : text.unsent(alerts.pending.size));
      placeBanner(replaced, urgent, isReplaced);
      placeBanner(refused, urgent, isRefused);
      placeBanner(lost, urgent, isLost && isWaiting);
    },
  };
}
