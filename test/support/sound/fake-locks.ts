/** Web Locks among the tabs of a browser: granted in order, stolen, given back when a tab has gone. */

import type { Locks } from '../../../src/console/sound/parts.ts';

interface Request {
  readonly tab: string;
  readonly whileHeld: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface FakeLocks {
  of(tab: string): Locks;
  /** The tab is no more. */
  drop(tab: string): void;
}

interface Lock {
  holder: Request | undefined;
  queue: Request[];
}

export function createFakeLocks(): FakeLocks {
  const locks = new Map<string, Lock>();

  function lockOf(name: string): Lock {
    const lock = locks.get(name) ?? { holder: undefined, queue: [] };
    locks.set(name, lock);
    return lock;
  }

  function grant(lock: Lock): void {
    if (lock.holder !== undefined) return;
    const next = lock.queue.shift();
    if (next === undefined) return;
    lock.holder = next;
    const release = () => {
      next.resolve();
      if (lock.holder !== next) return;
      lock.holder = undefined;
      grant(lock);
    };
    // The browser answers later than in the call.
    Promise.resolve().then(next.whileHeld).then(release, release);
  }

  return {
    of: (tab) => ({
      request: (name, { signal, steal = false }, whileHeld) =>
        new Promise<void>((resolve, reject) => {
          const lock = lockOf(name);
          const request: Request = { tab, whileHeld, resolve, reject };
          if (signal?.aborted) {
            reject(aborted());
            return;
          }
          signal?.addEventListener('abort', () => {
            if (!lock.queue.includes(request)) return;
            lock.queue = lock.queue.filter((one) => one !== request);
            reject(aborted());
          });
          if (steal) {
            const robbed = lock.holder;
            lock.holder = undefined;
            lock.queue.unshift(request);
            robbed?.reject(aborted());
          } else {
            lock.queue.push(request);
          }
          grant(lock);
        }),
    }),
    drop(tab) {
      for (const lock of locks.values()) {
        lock.queue = lock.queue.filter((one) => one.tab !== tab);
        if (lock.holder?.tab !== tab) continue;
        lock.holder = undefined;
        grant(lock);
      }
    },
  };
}

/** As in a page that is embedded without leave. */
export const refusedLocks: Locks = {
  request: async () => {
    throw new DOMException('The request was denied.', 'SecurityError');
  },
};

function aborted(): Error {
  return new DOMException('the request was taken back, or the lock stolen', 'AbortError');
}
