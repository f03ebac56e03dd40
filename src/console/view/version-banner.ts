/** The service has another build of this page. */

import { type BannerGroup, type BannerRegions, createBanner, placeBanner } from './banner.ts';
import { button, el } from './dom.ts';
import type { ViewContext } from './page-state.ts';

export function createVersionBanner(
  { text: { banner: text }, intents }: ViewContext,
  { calm }: BannerRegions,
): BannerGroup {
  const node = createBanner(
    'sound-off',
    'banner-version',
    'reload',
    [el('strong', {}, text.outdated), el('span', {}, text.outdatedHint)],
    button({ class: 'strong', testId: 'reload', onClick: intents.reload }, text.reload),
  );
  return { nodes: [], render: ({ isOutdated }) => placeBanner(node, calm, isOutdated) };
}
