/**
 * Noticing that nothing comes any more. Guarantees that it is noticed within a quarter more than the limit, also where
 * the machine has slept: clocks are compared, and ticks are not counted.
 *
 * Browsers run a hidden tab's timers once a minute when each was set by another, but those that a frame sets are on
 * time. So the looks, four to a limit, begin anew with each frame.
 */

import type { World } from './world.ts';

export interface Silence {
  /** Something came: the limit counts from here. */
  restart(limitMs: number): void;
  /** Looks now; a good moment is when the page wakes up. */
  look(): void;
  stop(): void;
}

type Clock = Pick<World, 'steadyNow' | 'wallNow' | 'after'>;

export function createSilence(clock: Clock, onSilence: () => void): Silence {
  let lastAt = { steady: 0, wall: 0, limitMs: Number.POSITIVE_INFINITY };
  let cancel = () => {};

  function look(): void {
    cancel();
    const { steady, wall, limitMs } = lastAt;
    const silentMs = Math.max(clock.steadyNow() - steady, clock.wallNow() - wall);
    if (silentMs >= limitMs) onSilence();
    else cancel = clock.after(Math.min(limitMs - silentMs, limitMs / 4), look);
  }

  return {
    restart(limitMs) {
      lastAt = { steady: clock.steadyNow(), wall: clock.wallNow(), limitMs };
      look();
    },
    look,
    stop: () => cancel(),
  };
}
