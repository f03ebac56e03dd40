/**
 * A plain client with a memory: it comes back to some gateway after each cut and misses what was logged meanwhile, as
 * old pages do. What it saw over each of its connections is its history.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { PlainConnection, PlainHistory } from './history.ts';
import type { WatcherOptions, Watching } from './watcher.ts';

export interface PlainWatcher extends Watching {
  history: PlainHistory;
}

export function startPlainWatcher({
  name,
  shopId,
  gateway,
}: Omit<WatcherOptions, 'silenceMs'>): PlainWatcher {
  const history: PlainHistory = { name, shopId, connections: [] };
  let socket: WebSocket | undefined;
  let connection: PlainConnection | undefined;
  let ended = false;

  /** Resolves when the connection is over. */
  function watchOnce(url: string): Promise<void> {
    return new Promise((resolve) => {
      const current = new WebSocket(`${url.replace('http', 'ws')}/ws/${name}?shop=${shopId}`);
      const opened: PlainConnection = { openedAt: 0, seen: [], stayed: true };
      socket = current;
      current.on('open', () => {
        opened.openedAt = Date.now() + 1; // the next whole one
        history.connections.push(opened);
        connection = opened;
      });
      current.on('message', (data) => {
        if (current.readyState !== WebSocket.OPEN) return;
        const { type, orderId } = JSON.parse(data.toString());
        opened.seen.push({ type, orderId: String(orderId) });
      });
      current.on('error', () => {}); // a close follows
      current.on('close', () => {
        opened.stayed = false;
        connection = undefined;
        resolve();
      });
    });
  }

  async function run(): Promise<void> {
    while (!ended) {
      const url = gateway();
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
    name,
    shopId,
    history,
    hasSeen({ type, orderId, storedAt }) {
      if (connection === undefined) return false;
      const last = connection.seen.at(-1);
      return storedAt <= connection.openedAt || (last?.type === type && last.orderId === orderId);
    },
    cut: () => socket?.terminate(),
    freeze(frozen) {
      if (frozen) socket?.pause();
      else if (socket?.readyState === WebSocket.OPEN) socket.resume();
    },
    leave: end,
    end,
  };
}
