/**
 * Connections before their first request. One address cannot open them faster than its limit, and all together stay below
 * what the process can hold. So neither a flood nor a crowd that never finishes its headers keeps others out for long:
 * uWebSockets.js itself cuts a connection that has not sent a whole request 12 seconds after it was opened or last
 * answered. A connection over a limit is closed without an answer, since it has asked nothing yet.
 *
 * uWebSockets.js reports each new connection and each that ended, but of those not which. So all of them can be counted, and
 * how fast an address opens them, but not how many an address has open.
 */

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Logger } from '../platform/logger.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import { type ClientAddresses, peerOf } from './client-address.ts';
import type { HeaderList } from './header-values.ts';

export interface ConnectionLimits {
  /** The most at once, WebSockets included; 0 is without a limit. */
  maxConnections: number;
  /** Of one address, on average of the window; 0 is without a limit. */
  connectsPerSecond: number;
  /** Our own proxies connect for many: for them there is only the limit in all. */
  clients: ClientAddresses;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  logger: Logger;
}

export interface OpenConnections {
  /** How many, WebSockets included. */
  readonly open: number;
  /** To be called for each WebSocket that has closed: uWebSockets.js reports those to its owner alone. */
  socketClosed(): void;
}

const WINDOW_SECONDS = 10;

/** No request has come yet. */
const NO_HEADERS: HeaderList = { forEach() {} };

export function limitConnections(app: TemplatedApp, options: ConnectionLimits): OpenConnections {
  const { maxConnections, connectsPerSecond, clients, now } = options;
  const pace = createPace(connectsPerSecond * WINDOW_SECONDS, WINDOW_SECONDS * 1000);
  const warn = createThrottledLog(options.logger, now);
  let open = 0;

  function refusalOf(peer: string, address: string): string | undefined {
    if (maxConnections > 0 && open > maxConnections) return 'too many in all';
    if (connectsPerSecond === 0 || clients.isTrusted(peer)) return undefined;
    return pace.allows(address, now()) ? undefined : 'too many from one address';
  }

  function onChange(res: HttpResponse, change: number): void {
    open += change;
    if (change !== 1) return;
    const peer = peerOf(res);
    const address = clients.of(peer, NO_HEADERS);
    const refusal = refusalOf(peer, address);
    if (refusal === undefined) return;
    warn({ address, open }, `new connections were closed: ${refusal}`);
    res.close(); // within this very call: later there may be another connection in its place
  }
  app.filter((res, change) => onChange(res, Number(change)));

  return {
    get open() {
      return open;
    },
    socketClosed() {
      open--;
    },
  };
}

/** Counts by key in windows that begin together. The library of the rate limits answers with a promise: too late here. */
function createPace(most: number, windowMs: number) {
  const counts = new Map<string, number>();
  let windowStart = Number.NEGATIVE_INFINITY;
  return {
    allows(key: string, now: number): boolean {
      if (now - windowStart >= windowMs) {
        counts.clear();
        windowStart = now;
      }
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count <= most;
    },
  };
}
