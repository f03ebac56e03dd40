/** Waiting for what is about to become true, without a fixed sleep. */

import { setTimeout as pause } from 'node:timers/promises';

/** Tries `check` until it does not throw and resolves with its result; after `ms` rejects with its last error. */
export async function eventually<T>(check: () => T | Promise<T>, ms = 10_000): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(10);
    }
  }
}
