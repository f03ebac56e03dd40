/** This till makes no sound: not yet, not now, or not at all. */

import { type BannerGroup, type BannerRegions, createBanner, placeBanner } from './banner.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { ViewContext } from './page-state.ts';
import { audibilityOf } from './sound-words.ts';

export function createSoundBanners(
  { text: { banner: text }, formats, intents }: ViewContext,
  { urgent }: BannerRegions,
): BannerGroup {
  const press = (testId: string, onClick: () => void, words: string) =>
    button({ class: 'strong', testId, onClick }, icon('soundOn'), words);
  const soundOff = createBanner(
    'sound-off',
    'banner-sound',
    'soundOff',
    [el('strong', {}, text.soundOff), el('span', {}, text.soundOffHint)],
    press('unlock', intents.unlockSound, text.turnSoundOn),
  );
  const silent = el('strong', {});
  const silenced = createBanner(
    'sound-off',
    'banner-silent',
    'soundOff',
    [silent, el('span', {}, text.silentHint)],
    press('unmute', intents.unmute, text.unmute),
  );
  const failed = createBanner(
    'lost',
    'banner-failed',
    'soundOff',
    [el('strong', {}, text.failed), el('span', {}, text.failedHint)],
    press('try-sound', intents.trySound, text.trySound),
  );
  setHidden(soundOff, true);

  return {
    nodes: [soundOff, silenced],
    render(page) {
      const { settings, alerts } = page;
      const is = audibilityOf(page);
      const until = formats.time(new Date(settings.mutedUntil).toISOString(), alerts.dayStart);
      setHidden(soundOff, is !== 'locked');
      setHidden(silenced, is !== 'muted' && is !== 'zero');
      setText(silent, is === 'zero' ? text.zero : text.mutedUntil(until));
      placeBanner(failed, urgent, is === 'failed' || is === 'unavailable');
    },
  };
}
