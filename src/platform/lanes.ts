/**
 * How many of the pool's connections each kind of work may use at once. Guarantees that all lanes together leave a share of the pool
 * to what has none: orders, payments, the worker and the relay always find a connection. Of what waits, the lane that
 * comes first goes first; the first lane always finds a place that no other lane may take, where there are two at least.
 */

import { AppError } from './errors.ts';

export const LANES = ['repairs', 'acks', 'presence', 'replays', 'progress', 'pages'] as const;
export type Lane = (typeof LANES)[number];

export interface LaneLimit {
  /** At once. */
  readonly most: number;
  /** What comes beyond these is refused. */
  readonly mostWaiting: number;
}

export interface LaneLimits extends Readonly<Record<Lane, LaneLimit>> {
  /** Of all lanes at once. */
  readonly total: number;
}

export interface Lanes {
  /** Runs `work` when its turn comes, and settles as it does. Rejects with `busy` where too many wait already. */
  run<T>(lane: Lane, work: () => Promise<T>): Promise<T>;
}

/** Of ten connections four stay free of lanes: two for HTTP, and one each for the worker and the relay. */
const KEPT_SHARE = 0.4;

/** `readers` is the most replays that read at once. */
export function lanesOfPool(poolSize: number, readers: number): LaneLimits {
  const total = Math.max(1, poolSize - Math.ceil(poolSize * KEPT_SHARE));
  const most = (count: number) => Math.max(1, Math.min(count, total - 1));
  const third = Math.floor(total / 3);
  return {
    total,
    repairs: { most: total, mostWaiting: Number.POSITIVE_INFINITY },
    acks: { most: most(third), mostWaiting: 5_000 },
    // One statement at a time. It comes before the clients that catch up: a lease must not lapse for them.
    presence: { most: 1, mostWaiting: 1 },
    replays: { most: most(readers), mostWaiting: Number.POSITIVE_INFINITY },
    // One statement at a time has all that tills reported meanwhile.
    progress: { most: 1, mostWaiting: 1 },
    // A page of 1,000 takes about 10 ms of the process: who waits longer than some of these comes again later.
    pages: { most: most(third), mostWaiting: 20 },
  };
}

export function createLanes(limits: LaneLimits): Lanes {
  const waiting = new Map<Lane, (() => void)[]>(LANES.map((lane) => [lane, []]));
  const running = new Map<Lane, number>(LANES.map((lane) => [lane, 0]));
  let total = 0;

  function hasRoom(lane: Lane): boolean {
    const others = total - (running.get('repairs') ?? 0);
    const isKept = lane !== 'repairs' && limits.total > 1 && others >= limits.total - 1;
    return total < limits.total && !isKept && (running.get(lane) ?? 0) < limits[lane].most;
  }

  function change(lane: Lane, by: number): void {
    running.set(lane, (running.get(lane) ?? 0) + by);
    total += by;
  }

  function startNext(): void {
    for (const lane of LANES) {
      const queue = waiting.get(lane) ?? [];
      while (queue.length > 0 && hasRoom(lane)) {
        change(lane, 1);
        queue.shift()?.();
      }
    }
  }

  return {
    async run(lane, work) {
      const queue = waiting.get(lane) ?? [];
      if (queue.length > 0 || !hasRoom(lane)) {
        if (queue.length >= limits[lane].mostWaiting) throw new AppError('busy', `too many ${lane} wait`);
        await new Promise<void>((resolve) => queue.push(resolve));
      } else change(lane, 1);
      try {
        return await work();
      } finally {
        change(lane, -1);
        startNext();
      }
    },
  };
}
