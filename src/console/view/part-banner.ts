/** Something was asked of a part of the page that could not be loaded. */

import { type BannerGroup, type BannerRegions, createBanner, placeBanner } from './banner.ts';
import { button, el } from './dom.ts';
import type { ViewContext } from './page-state.ts';

export function createPartBanner(
  { text: { banner: text }, intents }: ViewContext,
  { urgent }: BannerRegions,
): BannerGroup {
  const node = createBanner(
    'sound-off',
    'banner-part',
    'reload',
    [el('strong', {}, text.part), el('span', {}, text.partHint)],
    button({ class: 'strong', testId: 'load-again', onClick: intents.loadAgain }, text.loadAgain),
  );
  return { nodes: [], render: ({ isPartMissing }) => placeBanner(node, urgent, isPartMissing) };
}
