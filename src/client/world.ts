/** What the client needs of the machine it runs on: handed in, so that tests can turn the clock. */

import { type PageSignals, pageOf } from './page.ts';
import type { ConnectOptions, WebSocketLike } from './types.ts';

export interface Timings {
  /** The most that a token, and then the opening of a socket, may take. */
  readonly attemptMs: number;
  /** A link on which nothing came for so long is dead: the service's heartbeats come every 25 s. */
  readonly silenceMs: number;
  /** A link that was live for so long was a success: the next loss is the first of its kind. */
  readonly stableMs: number;
}

export interface World {
  readonly timings: Timings;
  readonly page: PageSignals;
  /** Milliseconds of a clock that never jumps, but may stand still while the machine sleeps. */
  steadyNow(): number;
  /** Milliseconds since 1970: goes on while the machine sleeps, but may be set. */
  wallNow(): number;
  /** In [0, 1). */
  random(): number;
  /** Calls once, after so many milliseconds or, in a hidden tab, much later. Returns what takes that back. */
  after(ms: number, call: () => void): () => void;
  /** Throws where the browser does not accept the URL or a protocol. */
  open(url: string, protocols: string[]): WebSocketLike;
  /** Reports an error in the page's own code to its author. */
  report(error: unknown): void;
}

export const TIMINGS: Timings = { attemptMs: 20_000, silenceMs: 60_000, stableMs: 5_000 };

/** Throws a TypeError where there is no WebSocket. */
export function createWorld(
  Socket: ConnectOptions['WebSocket'] = globalThis.WebSocket,
  after: World['after'] = afterTimeout,
): World {
  if (typeof Socket !== 'function') throw new TypeError('there is no WebSocket here: pass one');
  return {
    timings: TIMINGS,
    page: pageOf(),
    steadyNow: () => performance.now(),
    wallNow: Date.now,
    random: Math.random,
    after,
    open: (url, protocols) => new Socket(url, protocols),
    report(error) {
      // Node has no reportError.
      if (typeof globalThis.reportError === 'function') reportError(error);
      else console.error(error);
    },
  };
}

function afterTimeout(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}
