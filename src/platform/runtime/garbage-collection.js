// @ts-check
/**
 * How V8 collects garbage in a process whose alerts must not wait for it. Its defaults keep the heap small: it began a whole
 * collection, 10 to 40 ms that everything waits for, after each 8 MB or tenth of the heap that was new.
 */

import { setFlagsFromString } from 'node:v8';

const FLAGS = [
  // A whole collection once the heap has doubled.
  '--heap-growing-percent=100',
  // What is allocated as old is dead as soon as the rest is. Until the next whole collection it keeps all that it refers to: nearly all
  // that an append allocates.
  '--no-allocation-site-pretenuring',
];

/** Threads beside the only processor's own work take turns with it. */
const ALONE = '--single-threaded-gc';

/**
 * To be called before the process has done much. No flag is a promise of V8: one that it does not know changes nothing.
 * @param {number} processors that the process may use
 */
export function settleGarbageCollection(processors) {
  for (const flag of processors > 1 ? FLAGS : [...FLAGS, ALONE]) setFlagsFromString(flag);
}
