/** The token in use ends: an hour before, and more urgently ten minutes before. */

import { type BannerGroup, type BannerRegions, createBanner, placeBanner } from './banner.ts';
import { el, setText } from './dom.ts';
import type { ViewContext } from './page-state.ts';

const HOUR_MS = 3_600_000;
const SOON_MS = 600_000;

export function createTokenBanner(
  { text: { banner: text }, formats }: ViewContext,
  { urgent, calm }: BannerRegions,
): BannerGroup {
  const ending = el('strong', {});
  const node = createBanner('sound-off', 'banner-token', 'key', [ending, el('span', {}, text.tokenHint)]);
  return {
    nodes: [],
    render({ tokenEndsAt, now, alerts }) {
      const leftMs = tokenEndsAt === undefined ? Number.POSITIVE_INFINITY : tokenEndsAt - now;
      const isSoon = leftMs <= SOON_MS;
      const isNear = leftMs > 0 && leftMs <= HOUR_MS;
      if (isNear && tokenEndsAt !== undefined) {
        const at = formats.time(new Date(tokenEndsAt).toISOString(), alerts.dayStart);
        setText(ending, text.tokenEnds(at));
        node.classList.toggle('lost', isSoon);
        node.classList.toggle('sound-off', !isSoon);
      }
      placeBanner(node, isSoon ? urgent : calm, isNear);
    },
  };
}
