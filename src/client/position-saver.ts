/**
 * When the position is saved: at once, but in a burst only so often, since `localStorage` stops the page while it
 * writes. What still waits is lost if the page crashes, which repeats alerts and never misses any.
 */

import type { Position, PositionStore } from './types.ts';
import type { World } from './world.ts';

export interface PositionSaver {
  save(position: Position | undefined): void;
  /** Writes what waits: the page may be about to go. */
  flush(): void;
  /** Forgets what waits. */
  drop(): void;
}

/** 1000 alerts in a second cost 4 writes. */
const PAUSE_MS = 250;

type Clock = Pick<World, 'steadyNow' | 'after' | 'report'>;

export function createPositionSaver(store: PositionStore | null, world: Clock): PositionSaver {
  let waiting: Position | undefined;
  let savedAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;

  function drop(): void {
    cancel?.();
    cancel = undefined;
    waiting = undefined;
  }

  function flush(): void {
    const position = waiting;
    drop();
    if (position === undefined) return;
    savedAt = world.steadyNow();
    try {
      store?.save(position);
    } catch (error) {
      world.report(error); // a store of the page's own
    }
  }

  return {
    save(position) {
      waiting = position;
      if (world.steadyNow() - savedAt >= PAUSE_MS) flush();
      else cancel ??= world.after(PAUSE_MS, flush);
    },
    flush,
    drop,
  };
}
