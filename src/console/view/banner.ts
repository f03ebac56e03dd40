/** One banner, and where banners that come and go are put. */

import { type Child, el } from './dom.ts';
import { type IconName, icon } from './icons.ts';
import type { PageState } from './page-state.ts';

/** Always there: a screen reader reads what is put into them. */
export interface BannerRegions {
  /** For news that cannot wait. */
  readonly urgent: HTMLElement;
  readonly calm: HTMLElement;
}

/** Banners of one matter. */
export interface BannerGroup {
  /** Those with a place of their own, outside of the regions. */
  readonly nodes: readonly HTMLElement[];
  render(page: PageState): void;
}

export function createBanner(
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

/** Puts it in or takes it out; what is there already stays as it is, so that it is read once. */
export function placeBanner(node: HTMLElement, region: HTMLElement, isThere: boolean): void {
  if (isThere && node.parentElement !== region) region.append(node);
  else if (!isThere && node.isConnected) node.remove();
}
