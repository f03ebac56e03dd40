/**
 * Keeps the screen on while the page is looked at and in use. A browser takes the lock away with the page out of sight;
 * where there is none, or no battery to spare, the screen goes dark as it always did.
 */

export interface WakeLockOptions {
  /** Undefined where the browser has none. */
  wakeLock: WakeLock | undefined;
  isVisible(): boolean;
}

export interface ScreenLock {
  /** To be called when the page is seen again, and after each use. */
  hold(): void;
}

export function createScreenLock({ wakeLock, isVisible }: WakeLockOptions): ScreenLock {
  let held: Promise<WakeLockSentinel | undefined> | undefined;
  return {
    hold() {
      if (wakeLock === undefined || held !== undefined || !isVisible()) return;
      held = wakeLock.request('screen').catch(() => undefined);
      void held.then((sentinel) => {
        if (sentinel === undefined) held = undefined;
        else sentinel.addEventListener('release', () => (held = undefined), { once: true });
      });
    },
  };
}
