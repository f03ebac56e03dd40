/**
 * A v1 client with a memory: whatever happens to its connections, it comes back to some gateway and resumes from the
 * last `seq` that it saw, in the log that it saw it in. What it saw over its whole life is its history.
 */

import { WebSocket } from 'ws';
import type { ClientHistory, FollowedLog, LogRow } from './history.ts';
import { keepConnected, type ReconnectingSocket } from './reconnecting-socket.ts';

/** What the faults and the end of a run want of a client of either kind. */
export interface Watching extends ReconnectingSocket {
  name: string;
  shopId: string;
  /** Whether it has seen all up to the last row of its shop's log. */
  hasSeen(last: LogRow): boolean;
  /** Ends before the run does: the checker then asks for no more than it saw until now. */
  disconnect(): void;
}

export interface Watcher extends Watching {
  history: ClientHistory;
  /** Resolves with the time, by `performance.now()`, at which it saw the event. */
  sees(eventId: string): Promise<number>;
}

export interface WatcherOptions {
  name: string;
  shopId: string;
  /** Where to connect next; undefined while no gateway is up. */
  gateway(): string | undefined;
  /** Without any frame for so long, the connection counts as dead. */
  silenceMs: number;
}

export function startWatcher(options: WatcherOptions): Watcher {
  const { name, shopId } = options;
  let followed: FollowedLog = { epoch: undefined, seen: [] };
  const history: ClientHistory = { name, shopId, logs: [followed], stayed: true };
  const awaited = new Map<string, (at: number) => void>();

  const head = () => followed.seen.at(-1)?.seq ?? 0;

  function take(frame: { kind: string; seq: number; eventId: string; epoch: string }): void {
    if (frame.kind === 'ready') followed.epoch ??= frame.epoch;
    if (frame.kind === 'gone') {
      followed = { epoch: frame.epoch, seen: [] };
      history.logs.push(followed);
    }
    if (frame.kind !== 'notification') return;
    followed.seen.push({ seq: frame.seq, eventId: frame.eventId });
    awaited.get(frame.eventId)?.(performance.now());
  }

  function open(url: string): WebSocket {
    const query = new URLSearchParams({ shop: shopId, since: String(head()) });
    if (followed.epoch !== undefined) query.set('epoch', followed.epoch);
    const socket = new WebSocket(`${url}/ws/${name}?${query}`, ['orderbell.v1']);
    let silence = setTimeout(() => socket.terminate(), options.silenceMs);
    socket.on('message', (data) => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), options.silenceMs);
      // After `terminate` what was read already may still be handed out: that connection no longer counts.
      if (socket.readyState === WebSocket.OPEN) take(JSON.parse(data.toString()));
    });
    socket.on('close', () => clearTimeout(silence));
    return socket;
  }

  const { cut, freeze, end } = keepConnected({ gateway: options.gateway, open });
  return {
    name,
    shopId,
    history,
    hasSeen: ({ seq }) => head() >= seq,
    cut,
    freeze,
    disconnect() {
      history.stayed = false;
      end();
    },
    sees: (eventId) =>
      new Promise((resolve) => {
        awaited.set(eventId, (at) => {
          awaited.delete(eventId);
          resolve(at);
        });
      }),
    end,
  };
}
