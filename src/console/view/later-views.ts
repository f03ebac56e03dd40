/**
 * The views that a page needs neither to be live nor to ring, loaded as one part: settings, signing in, an order's timeline,
 * earlier days. Each is made when the first of them is wanted.
 */

import type { Settings } from '../browser/settings.ts';
import { LATER_STRINGS } from '../language/later.ts';
import type { ServiceAccess } from '../log/ask-service.ts';
import type { Language } from '../sound/types.ts';
import { createEarlierDays } from './earlier-days.ts';
import type { ListContext, OpenTimeline } from './list-row.ts';
import type { PageState, View } from './page-state.ts';
import { createSettingsDialog } from './settings-dialog.ts';
import { createSignIn } from './sign-in.ts';
import { createTimelineDialog } from './timeline-dialog.ts';
import { createTokenOffer } from './token-offer.ts';

export interface LaterViewsOptions extends ListContext {
  readonly language: Language;
  /** The default of each text. */
  readonly phrases: Settings['texts'];
  readonly service: ServiceAccess;
  hasToken(): boolean;
  dayStart(): number;
  /** The list of today, which an earlier day takes the place of. */
  readonly list: HTMLElement;
  readonly heading: HTMLElement;
  /** The person begins to search, or has ended. */
  onSearch(isSearching: boolean): void;
}

export interface LaterViews {
  /** The dialogs; earlier days are put into the list. */
  readonly nodes: readonly HTMLElement[];
  render(page: PageState): void;
  openSettings(): void;
  readonly openTimeline: OpenTimeline;
}

export function createLaterViews(options: LaterViewsOptions): LaterViews {
  const context = { ...options, text: { ...options.text, ...LATER_STRINGS[options.language] } };
  const settings = createSettingsDialog(context);
  const timeline = createTimelineDialog(context);
  // The offer closes before signing in opens: never both.
  const dialogs: readonly View[] = [timeline, createTokenOffer(context), createSignIn(context), settings];
  const earlierDays = createEarlierDays(context);
  return {
    nodes: dialogs.map(({ node }) => node),
    render(page) {
      for (const view of [earlierDays, ...dialogs]) view.render(page);
    },
    openSettings: settings.open,
    openTimeline: timeline.open,
  };
}
