/** Collects garbage at once, so that a test sees what is still held. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

export async function collectGarbage(): Promise<void> {
  for (let times = 0; times < 2; times++) {
    await nextTurn(); // a WeakRef holds what it refers to until the turn ends
    collect();
  }
}
