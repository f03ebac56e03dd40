/** Loads over time: how many of something are due by now, and for which shop. */

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

/** A prime, so that all shops come up equally often. */
const STRIDE = 7_919;

/** Whose the event of this number is: the shops take turns, also where they come in no order. */
export function shopOf(number: number, shops: number, isScattered: boolean): number {
  return (isScattered ? number * STRIDE : number) % shops;
}
