/** A link that can be cut: stands between the service and a server of the run. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The same URL as was given, by way of the proxy. */
  url: string;
  /** Ends all connections and refuses new ones. */
  cut(): void;
  /** Ends all connections; new ones are taken as before. */
  drop(): void;
  /** Nothing passes, and nobody is told: what is sent waits. */
  pause(): void;
  /** What the server sends on the connections that are open now is lost, and neither end learns of it. New ones pass. */
  mute(): void;
  /** Everything takes so many milliseconds longer, in its order; 0 ends that. */
  delay(ms: number): void;
  /** From now on new connections go there. */
  moveTo(to: string): void;
  /** After `cut` or `pause`: everything passes again. */
  restore(): void;
  /** How many connections were refused while it was cut. */
  refused(): number;
  close(): Promise<void>;
}

/** `onSent` sees what clients send, before it is passed on. */
export async function startTcpProxy(
  to: string,
  onSent: (data: Buffer) => void = () => {},
): Promise<TcpProxy> {
  let target = new URL(to);
  const sockets = new Set<Socket>();
  /** The ends at the server. */
  const answering = new Set<Socket>();
  const muted = new Set<Socket>();
  let state: 'open' | 'paused' | 'cut' = 'open';
  let delayMs = 0;
  let refused = 0;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    if (state === 'paused') socket.pause();
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // the other end hears of it by the close
  };
  const server = createServer((near) => {
    if (state === 'cut') {
      refused++;
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    answering.add(far);
    far.on('close', () => {
      answering.delete(far);
      muted.delete(far);
    });
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      const pass = inOrder((data: Buffer) => into.write(data));
      from.on('data', (data) => {
        if (from === near) onSent(data);
        if (muted.has(from)) return;
        pass(data, delayMs);
      });
      from.on('close', () => into.destroy());
      keep(from);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(to);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut() {
      state = 'cut';
      destroyAll();
    },
    drop: destroyAll,
    mute() {
      for (const socket of answering) muted.add(socket);
    },
    delay(ms) {
      delayMs = ms;
    },
    pause() {
      state = 'paused';
      for (const socket of sockets) socket.pause();
    },
    moveTo(other) {
      target = new URL(other);
    },
    restore() {
      state = 'open';
      for (const socket of sockets) {
        // What waited goes out in one piece, as it does from a real network that comes back.
        socket.cork();
        socket.resume();
        setImmediate(() => socket.uncork());
      }
    },
    refused: () => refused,
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Hands on each item after its delay, and never before one that came earlier. */
function inOrder<T>(hand: (item: T) => void): (item: T, delayMs: number) => void {
  let waiting = 0;
  let last = Promise.resolve();
  return (item, delayMs) => {
    if (delayMs === 0 && waiting === 0) {
      hand(item);
      return;
    }
    waiting++;
    const due = performance.now() + delayMs;
    last = last.then(async () => {
      const left = due - performance.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      waiting--;
      hand(item);
    });
  };
}
