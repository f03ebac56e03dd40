/** What the browser reports by itself, and what follows from it: presses, keys, the page's visibility, the passing of time. */

import { onGesture, onShortcut } from './browser/attention.ts';
import type { Timers } from './timers/timers.ts';

export interface BrowserEvents {
  /** A click or a key press: what a browser allows only from within one is done there. */
  onGesture(): void;
  onVisibility(): void;
  onShortcut(isAll: boolean): void;
  onAddress(): void;
  /** Each second. */
  onTick(): void;
}

const TICK_MS = 1_000;

export function followBrowser(events: BrowserEvents, after: Timers['after']): void {
  onGesture(events.onGesture);
  document.addEventListener('visibilitychange', events.onVisibility);
  onShortcut(events.onShortcut);
  window.addEventListener('hashchange', events.onAddress);
  tick();

  function tick(): void {
    after(TICK_MS, () => {
      tick();
      events.onTick();
    });
  }
}
