/**
 * The list of the day as a drawer while something is open. Guarantees that the alerts then have the window to themselves
 * until the person asks for the list; that Escape closes it; and that where both do not fit side by side, a new alert
 * closes it, unless the person is searching. While nothing is open the list is always there.
 */

import type { Alert } from '../../client/types.ts';
import type { Strings } from '../language/strings.ts';
import { button, el, setAttribute, setHidden } from './dom.ts';
import { icon } from './icons.ts';

export interface HistoryDrawerOptions {
  /** What holds the alerts and the list. */
  main: HTMLElement;
  list: { readonly node: HTMLElement; readonly heading: HTMLElement; endSearch(): void };
  /** Where the alerts lie: it has no place while the drawer covers them. */
  alerts: HTMLElement;
}

export interface HistoryDrawer {
  /** The person begins to search the list, or has ended. */
  search(isSearching: boolean): void;
  show(open: readonly Alert[]): void;
}

/** Has `aria-expanded`. */
export function createDrawerToggle({ list: text }: Strings): HTMLButtonElement {
  return button(
    { class: 'quiet drawer-toggle', testId: 'history', attributes: { 'aria-controls': 'list' } },
    icon('history'),
    icon('close'),
    el('span', {}, text.heading),
  );
}

export function createHistoryDrawer(
  toggle: HTMLButtonElement,
  { main, list, alerts }: HistoryDrawerOptions,
): HistoryDrawer {
  let isOpened = false;
  let isSearching = false;
  let isKitchen = false;
  let newest = 0;

  const isShown = () => isOpened || isSearching;

  function draw(): void {
    main.dataset.kitchen = String(isKitchen);
    main.dataset.drawer = isShown() ? 'open' : 'closed';
    setAttribute(toggle, 'aria-expanded', String(isShown()));
    setHidden(toggle, !isKitchen);
    setHidden(list.node, isKitchen && !isShown());
  }

  function open(): void {
    isOpened = true;
    draw();
    list.heading.focus();
  }

  function close(): void {
    const hadFocus = list.node.contains(document.activeElement);
    list.endSearch();
    isOpened = false;
    isSearching = false;
    draw();
    if (hadFocus) toggle.focus();
  }

  toggle.addEventListener('click', () => (isShown() ? close() : open()));
  document.addEventListener('keydown', function onKey(event) {
    // Another language is another page.
    if (!main.isConnected) document.removeEventListener('keydown', onKey);
    else if (event.key === 'Escape' && isKitchen && isShown() && !hasDialog()) close();
  });

  return {
    search(searching) {
      isSearching = searching;
      draw();
    },
    show(openAlerts) {
      const last = openAlerts.at(-1)?.seq ?? 0;
      isKitchen = openAlerts.length > 0;
      if (!isKitchen) isOpened = false;
      if (last > newest && isOpened && alerts.getClientRects().length === 0) isOpened = false;
      newest = Math.max(newest, last);
      draw();
    },
  };
}

/** It takes Escape for itself. */
function hasDialog(): boolean {
  return document.querySelector('dialog[open]') !== null;
}
