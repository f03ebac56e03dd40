/** The timers of this browser. Where it has no workers, or does not let this page have one, the page's own remain. */

import { createTimers, type Timers } from './timers.ts';

/** `address` is that of the worker's script. */
export function browserTimers(address: string | undefined): Timers {
  return createTimers({
    open: () => (address === undefined ? undefined : new Worker(address)),
    setTimeout: (call, ms) => window.setTimeout(call, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
  });
}
