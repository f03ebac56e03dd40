/** What must not be overlooked while it lasts: no sound, no link, a token that ends, another page in our place, a part that could not be loaded, a new version. */

import type { BannerRegions } from './banner.ts';
import { el } from './dom.ts';
import { createLinkBanners } from './link-banners.ts';
import type { View, ViewContext } from './page-state.ts';
import { createPartBanner } from './part-banner.ts';
import { createSoundBanners } from './sound-banners.ts';
import { createTokenBanner } from './token-banner.ts';
import { createVersionBanner } from './version-banner.ts';

export function createBanners(context: ViewContext): View {
  // Their coming is news that cannot wait; so they are put in and taken out, in a region that is always there.
  const regions: BannerRegions = {
    urgent: el('div', { attributes: { role: 'alert' } }),
    calm: el('div', { attributes: { role: 'status' } }),
  };
  const groups = [
    createLinkBanners,
    createSoundBanners,
    createTokenBanner,
    createPartBanner,
    createVersionBanner,
  ].map((create) => create(context, regions));
  return {
    node: el(
      'section',
      { class: 'banners', attributes: { 'aria-label': context.text.banner.label } },
      regions.urgent,
      regions.calm,
      ...groups.flatMap(({ nodes }) => nodes),
    ),
    render(page) {
      for (const group of groups) group.render(page);
    },
  };
}
