/** The whole page in one language: its parts in the order in which they are read. */

import type { Settings } from '../browser/settings.ts';
import type { ServiceAccess } from '../log/ask-service.ts';
import type { Language } from '../sound/types.ts';
import { createAlertList } from './alert-list.ts';
import { createAnnouncer } from './announcer.ts';
import { createBanners } from './banners.ts';
import { createConfirmAll } from './confirm-all.ts';
import { el } from './dom.ts';
import { createEarlierDays } from './earlier-days.ts';
import { createHeader } from './header.ts';
import { createDrawerToggle, createHistoryDrawer } from './history-drawer.ts';
import { createMuteDialog } from './mute-dialog.ts';
import type { PageState, View, ViewContext } from './page-state.ts';
import { createPopUps } from './pop-ups.ts';
import { createSettingsDialog } from './settings-dialog.ts';
import { createSignIn } from './sign-in.ts';
import { createTimelineDialog } from './timeline-dialog.ts';
import { createTokenOffer } from './token-offer.ts';
import { createUndo } from './undo.ts';

export interface PageOptions extends ViewContext {
  language: Language;
  phrases: Settings['texts'];
  hasToken(): boolean;
  readonly service: ServiceAccess;
  dayStart(): number;
}

export interface ConsolePage {
  /** In the order in which they belong into the document. */
  readonly nodes: readonly HTMLElement[];
  render(page: PageState): void;
  /** Puts the keyboard where it was when the language was switched. */
  focusLanguage(): void;
}

export function createPage(options: PageOptions): ConsolePage {
  const settings = createSettingsDialog(options);
  const muting = createMuteDialog(options);
  const header = createHeader({ ...options, openSettings: settings.open, openMuting: muting.open });
  const banners = createBanners(options);
  const toggle = createDrawerToggle(options.text);
  const popUps = createPopUps({ ...options, toggle });
  const timeline = createTimelineDialog(options);
  const list = createAlertList({
    ...options,
    onSearch: (isSearching) => drawer.search(isSearching),
    openTimeline: timeline.open,
  });
  const earlierDays = createEarlierDays({
    ...{ ...options, list: list.node, heading: list.heading },
    onSearch: (isSearching) => drawer.search(isSearching),
    openTimeline: timeline.open,
  });
  const undo = createUndo(options);
  const confirmAll = createConfirmAll(options);
  const announcer = createAnnouncer(options);
  const tokenOffer = createTokenOffer(options);
  const signIn = createSignIn(options);
  const parts: readonly View[] = [header, banners, popUps, list, undo, announcer];
  // The offer closes before signing in opens: never both.
  const dialogs: readonly View[] = [timeline, confirmAll, muting, tokenOffer, signIn, settings];
  const main = el('main', { class: 'columns' }, popUps.node, list.node);
  const drawer = createHistoryDrawer(toggle, { main, list, alerts: popUps.stack });

  return {
    nodes: [header.node, banners.node, main, undo.node, announcer.node, ...dialogs.map(({ node }) => node)],
    render(page) {
      drawer.show(page.open);
      for (const view of [...parts, earlierDays, ...dialogs]) view.render(page);
    },
    focusLanguage() {
      header.node.querySelector<HTMLElement>('[data-testid=language]')?.focus();
    },
  };
}
