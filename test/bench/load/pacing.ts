/** Loads over time: how many of something are due by now. */

import { setTimeout as pause } from 'node:timers/promises';

/** Calls `make` for each of `count`, evenly at that rate. The calls of one millisecond come together. */
export async function paced(count: number, perSecond: number, make: () => void): Promise<void> {
  const started = performance.now();
  for (let made = 0; made < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * perSecond) + 1);
    for (; made < due; made++) make();
    await pause(1);
  }
}
