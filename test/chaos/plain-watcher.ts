/**
 * A plain client with a memory: it comes back to some gateway after each cut and misses what was logged meanwhile, as
 * old pages do. What it saw over each of its connections is its history.
 */

import { WebSocket } from 'ws';
import type { PlainConnection, PlainHistory } from './history.ts';
import { keepConnected } from './reconnecting-socket.ts';
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
  let connection: PlainConnection | undefined;

  function open(url: string): WebSocket {
    const socket = new WebSocket(`${url}/ws/${name}?shop=${shopId}`);
    const opened: PlainConnection = { openedAt: 0, seen: [], stayed: true };
    socket.on('open', () => {
      opened.openedAt = Date.now() + 1; // the next whole one
      history.connections.push(opened);
      connection = opened;
    });
    socket.on('message', (data) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      const { type, orderId } = JSON.parse(data.toString());
      opened.seen.push({ type, orderId: String(orderId) });
    });
    socket.on('close', () => {
      opened.stayed = false;
      connection = undefined;
    });
    return socket;
  }

  const { cut, freeze, end } = keepConnected({ gateway, open });
  return {
    name,
    shopId,
    history,
    hasSeen({ type, orderId, storedAt }) {
      if (connection === undefined) return false;
      const last = connection.seen.at(-1);
      return storedAt <= connection.openedAt || (last?.type === type && last.orderId === orderId);
    },
    cut,
    freeze,
    disconnect: end,
    end,
  };
}
