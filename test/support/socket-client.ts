/** A WebSocket client that misses nothing: every frame is queued from the first on. */

import { WebSocket } from 'ws';

export interface SocketClient {
  socket: WebSocket;
  /** All frames so far, parsed. */
  frames: Frame[];
  /** The next frame that was not taken yet; rejects after `ms`. */
  next(ms?: number): Promise<Frame>;
  /** Takes frames until one is of this kind. */
  nextOf(kind: string, ms?: number): Promise<Frame>;
  send(frame: unknown): void;
  /** Resolves with the code once the socket has closed. */
  closed: Promise<number>;
  close(): Promise<number>;
}

// A frame is whatever the server sent: tests look into it as they please.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Frame = Record<string, any>;

export interface ConnectOptions {
  /** Without it, a plain client. */
  protocol?: string;
  query?: Record<string, string | number>;
  /** Goes into the header `Authorization`. */
  token?: string;
}

/** Resolves when the upgrade is done. Rejects with the HTTP status where it is refused. */
export function connectSocket(
  url: string,
  sid: string,
  { protocol, query = {}, token }: ConnectOptions = {},
): Promise<SocketClient> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) search.set(key, String(value));
  const address = `${url.replace('http', 'ws')}/ws/${sid}?${search}`;
  const socket = new WebSocket(address, protocol === undefined ? [] : [protocol], { headers: bearer(token) });
  const frames: Frame[] = [];
  let taken = 0;
  let wake = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(data.toString()));
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      resolve(code);
      wake();
    });
  });

  async function next(ms = 5_000): Promise<Frame> {
    const deadline = performance.now() + ms;
    for (;;) {
      const frame = frames[taken];
      if (frame !== undefined) {
        taken++;
        return frame;
      }
      if (socket.readyState === WebSocket.CLOSED)
        throw new Error('the socket closed without a further frame');
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no frame within ${ms} ms; so far: ${JSON.stringify(frames.slice(-5))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const client: SocketClient = {
    socket,
    frames,
    next,
    async nextOf(kind, ms) {
      for (;;) {
        const frame = await next(ms);
        if (frame.kind === kind) return frame;
      }
    },
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    closed,
    close() {
      socket.close();
      return closed;
    },
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(client));
    socket.once('unexpected-response', (request, response) => {
      reject(new Error(`refused with ${response.statusCode}`));
      request.destroy();
    });
    socket.on('error', reject);
  });
}

/** The header that carries a token; none without one. */
export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

export const V1 = 'orderbell.v1';
