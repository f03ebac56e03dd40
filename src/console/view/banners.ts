/** What must not be overlooked while it lasts: no sound, no link, a token that ends, another page in our place. */

import type { Child } from './dom.ts';
import { button, el, setHidden, setText } from './dom.ts';
import { type IconName, icon } from './icons.ts';
import type { PageState, View, ViewContext } from './page-state.ts';
import { audibilityOf } from './sound-words.ts';

const HOUR_MS = 3_600_000;
const SOON_MS = 600_000;

export function createBanners({ text: { banner: text }, shop, formats, intents }: ViewContext): View {
  const soundOff = banner(
    'sound-off',
    'banner-sound',
    'soundOff',
    [el('strong', {}, text.soundOff), el('span', {}, text.soundOffHint)],
    button(
      { class: 'strong', testId: 'unlock', onClick: intents.unlockSound },
      icon('soundOn'),
      text.turnSoundOn,
    ),
  );
  const silent = el('strong', {});
  const silenced = banner(
    'sound-off',
    'banner-silent',
    'soundOff',
    [silent, el('span', {}, text.silentHint)],
    button({ class: 'strong', testId: 'unmute', onClick: intents.unmute }, icon('soundOn'), text.unmute),
  );
  const failed = banner(
    'lost',
    'banner-failed',
    'soundOff',
    [el('strong', {}, text.failed), el('span', {}, text.failedHint)],
    button(
      { class: 'strong', testId: 'try-sound', onClick: intents.trySound },
      icon('soundOn'),
      text.trySound,
    ),
  );
  const ending = el('strong', {});
  const tokenEnds = banner('sound-off', 'banner-token', 'key', [ending, el('span', {}, text.tokenHint)]);

  const unsent = el('span', {});
  const lost = banner('lost', 'banner-lost', 'unlinked', [
    el('strong', {}, text.lost),
    el('span', {}, text.lostHint),
    unsent,
  ]);
  const replaced = banner(
    'lost',
    'banner-replaced',
    'unlinked',
    [el('strong', {}, text.replaced), el('span', {}, text.replacedHint)],
    button({ class: 'strong', testId: 'take-over', onClick: intents.takeOver }, text.takeOver),
  );
  const refused = banner('lost', 'banner-refused', 'unlinked', [
    el('strong', {}, text.refused(shop)),
    el('span', {}, text.refusedHint),
  ]);

  // Their coming is news that cannot wait; so they are put in and taken out, in a region that is always there.
  const urgent = el('div', { attributes: { role: 'alert' } });
  const calm = el('div', { attributes: { role: 'status' } });
  setHidden(soundOff, true);

  return {
    node: el(
      'section',
      { class: 'banners', attributes: { 'aria-label': text.label } },
      urgent,
      calm,
      soundOff,
      silenced,
    ),
    render(page) {
      const { isLost, link, alerts } = page;
      const is = audibilityOf(page);
      setHidden(soundOff, is !== 'locked');
      setHidden(silenced, is !== 'muted' && is !== 'zero');
      setText(silent, is === 'zero' ? text.zero : text.mutedUntil(mutedUntil(page)));
      const isReplaced = link.name === 'replaced';
      const isRefused = link.name === 'refused';
      const isWaiting = link.name !== 'signed-out' && !isRefused && !isReplaced;
      setText(unsent, alerts.pending.size === 0 ? '' : text.unsent(alerts.pending.size));
      put(replaced, urgent, isReplaced);
      put(refused, urgent, isRefused);
      put(failed, urgent, is === 'failed' || is === 'unavailable');
      put(lost, urgent, isLost && isWaiting);
      showTokenEnd(page);
    },
  };

  function mutedUntil({ settings, alerts }: PageState): string {
    return formats.time(new Date(settings.mutedUntil).toISOString(), alerts.dayStart);
  }

  /** An hour before, and more urgently ten minutes before. */
  function showTokenEnd({ tokenEndsAt, now, alerts }: PageState): void {
    const leftMs = tokenEndsAt === undefined ? Number.POSITIVE_INFINITY : tokenEndsAt - now;
    const isSoon = leftMs <= SOON_MS;
    const isNear = leftMs > 0 && leftMs <= HOUR_MS;
    if (isNear && tokenEndsAt !== undefined) {
      const at = formats.time(new Date(tokenEndsAt).toISOString(), alerts.dayStart);
      setText(ending, text.tokenEnds(at));
      tokenEnds.classList.toggle('lost', isSoon);
      tokenEnds.classList.toggle('sound-off', !isSoon);
    }
    put(tokenEnds, isSoon ? urgent : calm, isNear);
  }

  function put(node: HTMLElement, region: HTMLElement, isThere: boolean): void {
    if (isThere && node.parentElement !== region) region.append(node);
    else if (!isThere && node.isConnected) node.remove();
  }
}

function banner(
  look: string,
  testId: string,
  picture: IconName,
  words: readonly Child[],
  ...buttons: readonly HTMLElement[]
): HTMLElement {
  return el(
    'div',
    { class: `banner ${look}`, testId },
    icon(picture),
    el('p', { class: 'banner-words' }, ...words),
    ...buttons,
  );
}
