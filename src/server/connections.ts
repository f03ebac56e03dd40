/**
 * Connections before they have said anything. Guarantees that one address cannot open them faster than it may, and that
 * all together stay below what the process can hold, so that neither a flood nor a crowd that never finishes its headers
 * keeps others out for long: uWebSockets.js itself cuts whoever has not sent a whole request 12 seconds after connecting
 * or after the last answer. What is refused here is closed without an answer, since nothing was asked yet.
 *
 * uWebSockets.js tells of each connection and of each that ended, but of the latter not which: it can be counted in all,
 * and the pace of an address, but not how many an address has open.
 */

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Logger } from '../platform/logger.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import { type ClientAddresses, type HeaderList, peerOf } from './client-address.ts';

export interface ConnectGateOptions {
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

export interface ConnectGate {
  /** How many connections are open, WebSockets included. */
  readonly open: number;
  /** A WebSocket has closed: of those uWebSockets.js does not tell the gate. */
  socketClosed(): void;
}

const WINDOW_SECONDS = 10;

/** Nothing has been said yet. */
const NO_HEADERS: HeaderList = { forEach() {} };

export function createConnectGate(app: TemplatedApp, options: ConnectGateOptions): ConnectGate {
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

/** Counts by key in windows that begin together. Not the rate limits' library: that one answers with a promise. */
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
