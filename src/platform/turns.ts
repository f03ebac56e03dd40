/**
 * One at a time for each key. Guarantees that work which waits for the lock of one key takes one place for all of that
 * key, and that the works of a key run in their order. How much may wait in all is bounded.
 */

import { AppError } from './errors.ts';

export interface Turns {
  /** Settles as `work` does. Rejects with `busy` where too much waits already. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

const MOST_WAITING = 10_000;

/** `within` runs what has its turn, maybe after a wait of its own. */
export function createTurns(within: <T>(work: () => Promise<T>) => Promise<T>): Turns {
  const last = new Map<string, Promise<unknown>>();
  let waiting = 0;

  return {
    async run(key, work) {
      if (waiting >= MOST_WAITING) throw new AppError('busy', 'too much waits for its turn');
      waiting++;
      const before = last.get(key) ?? Promise.resolve();
      const mine = before.then(() => within(work));
      const over = mine.then(
        () => {},
        () => {},
      );
      last.set(key, over);
      try {
        return await mine;
      } finally {
        waiting--;
        if (last.get(key) === over) last.delete(key);
      }
    },
  };
}
