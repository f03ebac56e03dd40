/** When each open alert came to this page: one that has come in the last moment has not been read by the person who clears all. */

import type { Alert } from '../../client/types.ts';

const UNREAD_MS = 1_000;

export interface Arrivals {
  /** All open alerts, whenever they change. */
  update(open: readonly Alert[]): void;
  /** Without those that came in the last moment. */
  readable(seqs: readonly number[]): number[];
}

/** `now` is of a clock that never jumps. */
export function createArrivals(now: () => number): Arrivals {
  let cameAt: ReadonlyMap<number, number> = new Map();
  return {
    update(open) {
      const at = now();
      cameAt = new Map(open.map(({ seq }) => [seq, cameAt.get(seq) ?? at]));
    },
    readable: (seqs) => seqs.filter((seq) => now() - (cameAt.get(seq) ?? 0) >= UNREAD_MS),
  };
}
