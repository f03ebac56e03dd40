// @ts-check
/**
 * How V8 collects garbage in a process whose alerts must not wait for it. Its defaults keep the heap small: it began a whole
 * collection, 10 to 40 ms that everything waits for, after each 8 MB or tenth of the heap that was new.
 *
 * V8 looks at these flags each time that they matter. Of others it takes what they were when it began: `--single-threaded-gc` set
 * here ends the process.
 */

import { setFlagsFromString } from 'node:v8';

const FLAGS = [
  // A whole collection once the heap has doubled.
  '--heap-growing-percent=100',
  // What is allocated as old is dead as soon as the rest is. Until the next whole collection it keeps all that it refers to: nearly all
  // that an append allocates.
  '--no-allocation-site-pretenuring',
];

/** To be called before the process has done much. */
export function settleGarbageCollection() {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
