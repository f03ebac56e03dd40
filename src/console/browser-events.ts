/** What the browser reports by itself, and what follows from it: presses, keys, the page's visibility, the passing of time. */

import { onGesture, onShortcut } from './browser/attention.ts';

export interface BrowserEvents {
  /** A click or a key press: what a browser allows only from within one is done there. */
  onGesture(): void;
  onVisibility(): void;
  onShortcut(isAll: boolean): void;
  onAddress(): void;
  /** Each second, and later in a page out of sight. */
  onTick(): void;
}

const TICK_MS = 1_000;

export function followBrowser(events: BrowserEvents): void {
  onGesture(events.onGesture);
  document.addEventListener('visibilitychange', events.onVisibility);
  onShortcut(events.onShortcut);
  window.addEventListener('hashchange', events.onAddress);
  window.setInterval(events.onTick, TICK_MS);
}
