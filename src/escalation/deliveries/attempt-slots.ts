/**
 * How many attempts may be under way, for each target and in all. Guarantees that a target which does not answer holds one
 * place until it answers again: even if all the others were such there is room for those that do.
 */

export interface AttemptLimits {
  /** Above the most targets that can be configured, so that each has a place. */
  inAll: number;
  each: number;
}

export interface Room {
  target: string;
  free: number;
}

export interface AttemptSlots {
  /** How many more there may be in all. */
  left(): number;
  /** The targets that have room, none of them more than there is in all. */
  rooms(): Room[];
  take(target: string): void;
  /** `isStuck` where the target did not answer. Returns whether the target had no room before. */
  release(target: string, isStuck: boolean): boolean;
}

export function createAttemptSlots(targets: Iterable<string>, { inAll, each }: AttemptLimits): AttemptSlots {
  const states = new Map<string, { taken: number; most: number }>();
  for (const name of targets) states.set(name, { taken: 0, most: each });
  let taken = 0;
  const change = (target: string, by: 1 | -1) => {
    const state = states.get(target);
    if (state === undefined) return;
    state.taken += by;
    taken += by;
  };
  return {
    left: () => inAll - taken,
    rooms() {
      const left = inAll - taken;
      const rooms = [...states].map(([target, state]) => ({
        target,
        free: Math.min(left, state.most - state.taken),
      }));
      return rooms.filter(({ free }) => free > 0);
    },
    take: (target) => change(target, 1),
    release(target, isStuck) {
      const state = states.get(target);
      if (state === undefined) return false;
      const wasFull = state.taken >= state.most || taken >= inAll;
      change(target, -1);
      state.most = isStuck ? 1 : each;
      return wasFull;
    },
  };
}
