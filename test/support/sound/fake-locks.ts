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
  readonly holder: string | undefined;
  readonly queue: readonly string[];
}

/** Knows one lock: the tabs ask for no other. */
export function createFakeLocks(): FakeLocks {
  let holder: Request | undefined;
  let queue: Request[] = [];

  function grant(): void {
    if (holder !== undefined) return;
    const next = queue.shift();
    if (next === undefined) return;
    holder = next;
    const release = () => {
      next.resolve();
      if (holder !== next) return;
      holder = undefined;
      grant();
    };
    // The browser answers later than in the call.
    Promise.resolve().then(next.whileHeld).then(release, release);
  }

  return {
    of: (tab) => ({
      request: (_name, { signal, steal = false }, whileHeld) =>
        new Promise<void>((resolve, reject) => {
          const request: Request = { tab, whileHeld, resolve, reject };
          if (signal?.aborted) {
            reject(aborted());
            return;
          }
          signal?.addEventListener('abort', () => {
            if (!queue.includes(request)) return;
            queue = queue.filter((one) => one !== request);
            reject(aborted());
          });
          if (steal) {
            const robbed = holder;
            holder = undefined;
            queue.unshift(request);
            robbed?.reject(aborted());
          } else {
            queue.push(request);
          }
          grant();
        }),
    }),
    drop(tab) {
      queue = queue.filter((one) => one.tab !== tab);
      if (holder?.tab !== tab) return;
      holder = undefined;
      grant();
    },
    get holder() {
      return holder?.tab;
    },
    get queue() {
      return queue.map(({ tab }) => tab);
    },
  };
}

function aborted(): Error {
  return new DOMException('the request was taken back, or the lock stolen', 'AbortError');
}
