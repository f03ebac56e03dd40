/**
 * The rest of a loop that looks for work. Guarantees that a nudge which comes while the loop works is not lost: the rest
 * that follows ends at once.
 */

import { delayOrAbort } from './backoff.ts';

export interface Rest {
  /** Ends the rest, or the next one. Never throws. */
  nudge(): void;
  /** The loop looks for work: what it was nudged for before is found now. */
  look(): void;
  /** Resolves after so many milliseconds, or at a nudge; at once where one came since the last look. */
  take(ms: number): Promise<void>;
}

/**
 * The first rest ends at once unless there was a look: what an earlier process left is looked for. Once `stopping` has aborted none
 * begins; one that is under way ends by a nudge.
 */
export function createRest(stopping: AbortSignal): Rest {
  let isNudged = true;
  let wake = () => {};
  return {
    nudge() {
      isNudged = true;
      wake();
    },
    look() {
      isNudged = false;
    },
    async take(ms) {
      if (isNudged || stopping.aborted) return;
      const woken = new AbortController();
      wake = () => woken.abort();
      await delayOrAbort(ms, woken.signal);
    },
  };
}
