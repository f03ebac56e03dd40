/** Merges what comes thick and fast: the first goes through at once, what follows within the time goes together. */

export interface Burst<T> {
  add(items: readonly T[]): void;
  /** What waits goes through now: something else that must not overtake it has come. */
  release(): void;
}

export interface BurstOptions<T> {
  windowMs: number;
  /** As the browser has it. */
  setTimer(then: () => void, ms: number): void;
  /** Never called with none. */
  flush(items: readonly T[]): void;
}

export function createBurst<T>({ windowMs, setTimer, flush }: BurstOptions<T>): Burst<T> {
  let waiting: T[] = [];
  let isOpen = false;

  function release(): void {
    const items = waiting;
    waiting = [];
    if (items.length > 0) flush(items);
  }

  function pass(): void {
    isOpen = waiting.length > 0;
    if (isOpen) setTimer(pass, windowMs);
    release();
  }
  return {
    add(items) {
      waiting.push(...items);
      if (!isOpen) pass();
    },
    release,
  };
}
