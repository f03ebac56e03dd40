/**
 * The page's timers, in a worker: browsers run those of a page out of sight once a second, and after some minutes once a
 * minute, but not those of its worker. It answers an id with the same id when the time is over.
 */

/** Without `ms` the timer is taken back. */
export interface TimerOrder {
  readonly id: number;
  readonly ms?: number;
}

/** What of a worker's world is used: the types of the page know none of it. */
interface TimerWorld {
  addEventListener(type: 'message', handle: (event: { data: TimerOrder }) => void): void;
  postMessage(id: number): void;
}

declare const self: TimerWorld;

const running = new Map<number, ReturnType<typeof setTimeout>>();

self.addEventListener('message', ({ data: { id, ms } }) => {
  clearTimeout(running.get(id));
  running.delete(id);
  if (ms === undefined) return;
  const ring = () => {
    running.delete(id);
    self.postMessage(id);
  };
  running.set(id, setTimeout(ring, ms));
});
