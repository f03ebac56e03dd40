/** A socket that comes back to some gateway after each cut, until it is ended; it can be cut and frozen from outside. */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface ReconnectingSocket {
  /** Drops the connection without a goodbye. */
  cut(): void;
  /** Stops, or goes on, reading. */
  freeze(frozen: boolean): void;
  /** No connection comes after this one, which is dropped. */
  end(): void;
}

export interface ReconnectingSocketOptions {
  /** Where to connect next; undefined while no gateway is up. */
  gateway(): string | undefined;
  /** A socket to that gateway, with its listeners; closed sockets are followed by another call. */
  open(url: string): WebSocket;
}

export function keepConnected({ gateway, open }: ReconnectingSocketOptions): ReconnectingSocket {
  let socket: WebSocket | undefined;
  let hasEnded = false;

  async function run(): Promise<void> {
    while (!hasEnded) {
      const url = gateway();
      if (url !== undefined) await untilClosed(open(url.replace('http', 'ws')));
      if (!hasEnded) await pause(20 + Math.random() * 200);
    }
  }

  function untilClosed(opened: WebSocket): Promise<void> {
    socket = opened;
    opened.on('error', () => {}); // a close follows
    return new Promise((resolve) => opened.on('close', () => resolve()));
  }

  void run();
  return {
    cut: () => socket?.terminate(),
    freeze(frozen) {
      if (frozen) socket?.pause();
      else if (socket?.readyState === WebSocket.OPEN) socket.resume();
    },
    end() {
      hasEnded = true;
      socket?.terminate();
    },
  };
}
