/** When to do something again: as soon as the page is looked at or the network is back, and not before without need. */

import type { Timers } from '../timers/timers.ts';

/** Resolves after that time, or sooner when another try has become worth it. */
export function untilWorthwhile(ms: number, after: Timers['after']): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      cancel();
      window.removeEventListener('online', settle);
      document.removeEventListener('visibilitychange', settle);
      resolve();
    };
    const cancel = after(ms, settle);
    window.addEventListener('online', settle);
    document.addEventListener('visibilitychange', settle);
  });
}

/**
 * Gives what asks for `paint`: once a frame while the page is visible, so that a burst costs no more than one alert; at once
 * in a page out of sight, which has no frames, but a title and notifications.
 */
export function createRefresh(paint: () => void): () => void {
  let isDue = false;
  const isVisible = () => document.visibilityState === 'visible';
  const run = () => {
    isDue = false;
    paint();
  };
  document.addEventListener('visibilitychange', () => isVisible() && run());
  return () => {
    if (!isVisible()) return run();
    if (!isDue) requestAnimationFrame(run);
    isDue = true;
  };
}

/** Each click and key press: what a browser allows only from within one is done there. */
export function onGesture(listener: () => void): void {
  for (const gesture of ['click', 'keydown'] as const) {
    document.addEventListener(gesture, listener, { capture: true });
  }
}

/**
 * F2, from wherever the keyboard is; with Shift, `isAll`. One that is held down counts once; behind a dialog, which asks
 * something else, it counts for nothing.
 */
export function onShortcut(listener: (isAll: boolean) => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'F2' || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.repeat || document.querySelector('dialog[open]') !== null) return;
    listener(event.shiftKey);
  });
}
