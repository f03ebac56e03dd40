/**
 * Timers that are on time also in a page out of sight. Guarantees that each calls once, and never later than the browser's
 * own: each is set in a worker and on the page, and the first of the two counts. So nothing hangs on the worker, which may
 * be missing, or still load over a lost link.
 */

import type { TimerOrder } from './timer-worker.ts';

export interface Timers {
  /** Calls once after so many milliseconds. Returns what takes that back. */
  after(ms: number, call: () => void): () => void;
}

/** What of a worker is used. */
export interface TimerPort {
  postMessage(order: TimerOrder): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export interface TimersOptions {
  /** Undefined, or throws, where there is none. */
  open(): TimerPort | undefined;
  /** The page's own. */
  setTimeout(call: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}

export function createTimers({ open, setTimeout, clearTimeout }: TimersOptions): Timers {
  const due = new Map<unknown, () => void>();
  const port = opened(open);
  let last = 0;
  port?.addEventListener('message', ({ data: id }) => due.get(id)?.());

  return {
    after(ms, call) {
      const id = ++last;
      const forget = () => {
        due.delete(id);
        clearTimeout(timer);
      };
      const ring = () => {
        forget();
        call();
      };
      const timer = setTimeout(() => {
        port?.postMessage({ id });
        ring();
      }, ms);
      due.set(id, ring);
      port?.postMessage({ id, ms });
      return () => {
        if (due.has(id)) port?.postMessage({ id });
        forget();
      };
    },
  };
}

function opened(open: TimersOptions['open']): TimerPort | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}
