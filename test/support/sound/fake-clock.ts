/** Time that a test turns: timers fire in their order, and what they set off has settled before the next one fires. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/console/sound/parts.ts';

export interface FakeClock extends Clock {
  /** Fires what is due until then, in order. */
  advance(ms: number): Promise<void>;
  /** Somebody sets the wall clock; the steady one does not move. */
  setWall(byMs: number): void;
  /** How many timers are set. */
  readonly pending: number;
}

const START = Date.UTC(2025, 2, 6, 9, 0, 0);

export function createFakeClock(): FakeClock {
  let now = 0;
  let wallOffset = START;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();

  return {
    steadyNow: () => now,
    wallNow: () => now + wallOffset,
    after(ms, call) {
      const timer = { at: now + Math.max(0, ms), call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = now + ms;
      await turn();
      for (;;) {
        const next = [...timers].sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        timers.delete(next);
        now = next.at;
        next.call();
        await turn();
      }
      now = until;
    },
    setWall(byMs) {
      wallOffset += byMs;
    },
    get pending() {
      return timers.size;
    },
  };
}
