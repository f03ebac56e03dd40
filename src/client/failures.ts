/** How many attempts have failed in a row: the waits between them follow it. A link that was live for a while ends the row. */

import type { World } from './world.ts';

export interface Failures {
  readonly count: number;
  add(): void;
  /** The link is live, or still is. */
  live(): void;
  /** Ends the row if the present link has been live for a while. */
  settle(): void;
  /** The present link is over. */
  linkEnded(): void;
}

export function createFailures({ steadyNow, timings }: Pick<World, 'steadyNow' | 'timings'>): Failures {
  let count = 0;
  let liveSince: number | undefined;

  function settle(): void {
    if (liveSince !== undefined && steadyNow() - liveSince >= timings.stableMs) count = 0;
  }
  return {
    get count() {
      return count;
    },
    add() {
      count++;
    },
    live() {
      liveSince ??= steadyNow();
    },
    settle,
    linkEnded() {
      settle();
      liveSince = undefined;
    },
  };
}
