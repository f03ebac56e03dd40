/** The whole page in one language: its parts in the order in which they are read. */

import type { Settings } from '../browser/settings.ts';
import type { Lazy } from '../lazy.ts';
import type { ServiceAccess } from '../log/ask-service.ts';
import type { Language } from '../sound/types.ts';
import { createAlertList } from './alert-list.ts';
import { createAnnouncer } from './announcer.ts';
import { createBanners } from './banners.ts';
import { createConfirmAll } from './confirm-all.ts';
import { createDayBar } from './day-bar.ts';
import { el } from './dom.ts';
import { createHeader } from './header.ts';
import { createDrawerToggle, createHistoryDrawer } from './history-drawer.ts';
import { createLaterPlace, type LaterPart } from './later-place.ts';
import type { OpenTimeline } from './list-row.ts';
import { createMuteDialog } from './mute-dialog.ts';
import type { PageState, View, ViewContext } from './page-state.ts';
import { createPopUps } from './pop-ups.ts';
import { createUndo } from './undo.ts';

export interface PageOptions extends ViewContext {
  language: Language;
  phrases: Settings['texts'];
  hasToken(): boolean;
  readonly service: ServiceAccess;
  dayStart(): number;
  /** What is loaded on demand. */
  readonly later: Lazy<LaterPart>;
}

export interface ConsolePage {
  /** In the order in which they belong into the document. */
  readonly nodes: readonly HTMLElement[];
  render(page: PageState): void;
  /** Puts the keyboard where it was when the language was switched. */
  focusLanguage(): void;
}

export function createPage(options: PageOptions): ConsolePage {
  const openTimeline: OpenTimeline = (alert, order) => later.use((views) => views.openTimeline(alert, order));
  const onSearch = (isSearching: boolean) => drawer.search(isSearching);
  const later = createLaterPlace(options.later, () => ({
    ...{ ...options, openTimeline, onSearch, list: list.node, heading: list.heading },
  }));
  const muting = createMuteDialog(options);
  const openSettings = () => later.use((views) => views.openSettings());
  const header = createHeader({ ...options, openSettings, openMuting: muting.open });
  const banners = createBanners(options);
  const toggle = createDrawerToggle(options.text);
  const popUps = createPopUps({ ...options, toggle });
  const list = createAlertList({ ...options, onSearch, openTimeline });
  const dayBar = createDayBar(options);
  list.heading.after(dayBar.node);
  const undo = createUndo(options);
  const confirmAll = createConfirmAll(options);
  const announcer = createAnnouncer(options);
  const parts: readonly View[] = [header, banners, popUps, list, dayBar, undo, announcer];
  const dialogs: readonly View[] = [confirmAll, muting, later];
  const main = el('main', { class: 'columns' }, popUps.node, list.node);
  const drawer = createHistoryDrawer(toggle, { main, list, alerts: popUps.stack });

  return {
    nodes: [header.node, banners.node, main, undo.node, announcer.node, ...dialogs.map(({ node }) => node)],
    render(page) {
      drawer.show(page.open);
      for (const view of [...parts, ...dialogs]) view.render(page);
    },
    focusLanguage() {
      header.node.querySelector<HTMLElement>('[data-testid=language]')?.focus();
    },
  };
}
