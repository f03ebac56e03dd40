/**
 * A v1 client with a memory: whatever happens to its connections, it comes back to some gateway and resumes from the
 * last `seq` that it saw. What it saw over its whole life is its history.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ClientHistory } from './history.ts';

export interface Watcher {
  history: ClientHistory;
  /** The highest `seq` seen. */
  head(): number;
  /** Drops the connection without a goodbye. */
  cut(): void;
  /** Stops, or goes on, reading. */
  freeze(frozen: boolean): void;
  /** Leaves for good; what it saw until now has to be the front of the log. */
  leave(): void;
  /** Resolves with the time, by `performance.now()`, at which it saw the event. */
  sees(eventId: string): Promise<number>;
  end(): void;
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
  const history: ClientHistory = { name, shopId, seen: [], gone: 0, stayed: true };
  const awaited = new Map<string, (at: number) => void>();
  let epoch: string | undefined;
  let socket: WebSocket | undefined;
  let ended = false;

  const head = () => history.seen.at(-1)?.seq ?? 0;

  function take(frame: { kind: string; seq: number; eventId: string; epoch: string }): void {
    if (frame.kind === 'ready') epoch = frame.epoch;
    if (frame.kind === 'gone') history.gone++;
    if (frame.kind !== 'notification') return;
    history.seen.push({ seq: frame.seq, eventId: frame.eventId });
    awaited.get(frame.eventId)?.(performance.now());
  }

  /** Resolves when the connection is over. */
  function watchOnce(url: string): Promise<void> {
    return new Promise((resolve) => {
      const query = new URLSearchParams({ shop: shopId, since: String(head()) });
      if (epoch !== undefined) query.set('epoch', epoch);
      const current = new WebSocket(`${url.replace('http', 'ws')}/ws/${name}?${query}`, ['orderbell.v1']);
      socket = current;
      let silence = setTimeout(() => current.terminate(), options.silenceMs);
      current.on('message', (data) => {
        clearTimeout(silence);
        silence = setTimeout(() => current.terminate(), options.silenceMs);
        // After `terminate` what was read already may still be handed out: that connection no longer counts.
        if (current.readyState === WebSocket.OPEN) take(JSON.parse(data.toString()));
      });
      current.on('error', () => {}); // a close follows
      current.on('close', () => {
        clearTimeout(silence);
        resolve();
      });
    });
  }

  async function run(): Promise<void> {
    while (!ended) {
      const url = options.gateway();
      if (url !== undefined) await watchOnce(url);
      if (!ended) await pause(20 + Math.random() * 200);
    }
  }
  void run();

  const end = () => {
    ended = true;
    socket?.terminate();
  };
  return {
    history,
    head,
    cut: () => socket?.terminate(),
    freeze(frozen) {
      if (frozen) socket?.pause();
      else if (socket?.readyState === WebSocket.OPEN) socket.resume();
    },
    leave() {
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
