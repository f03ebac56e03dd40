/**
 * A session's socket, as what follows it has it: frames in place of texts. Guarantees that each event reaches one listener,
 * the last that was given, and that none comes after `close`.
 */

import type { ServerFrame } from '../protocol/frames.ts';
import { readFrame } from './frames.ts';
import type { WebSocketLike } from './types.ts';

export interface SocketListener {
  opened?(): void;
  /** Undefined for what is not understood. */
  received(frame: ServerFrame | undefined): void;
  /** By the other side or by the network. */
  closed(code: number): void;
}

export interface FrameSocket {
  /** Also where its event has not come yet. */
  readonly isClosed: boolean;
  /** In place of the listener before. */
  follow(listener: SocketListener): void;
  send(text: string): void;
  close(code?: number): void;
}

const CLOSED = 3; // WebSocket.CLOSED

export function frameSocketOf(socket: WebSocketLike): FrameSocket {
  let listener: SocketListener | undefined;
  socket.addEventListener('open', () => listener?.opened?.());
  socket.addEventListener('message', ({ data }) => listener?.received(readFrame(data)));
  socket.addEventListener('close', ({ code }) => listener?.closed(code));
  socket.addEventListener('error', () => {}); // the close follows; the library `ws` throws without a listener
  return {
    get isClosed() {
      return socket.readyState === CLOSED;
    },
    follow(next) {
      listener = next;
    },
    send: (text) => socket.send(text),
    close(code) {
      listener = undefined;
      socket.close(code);
    },
  };
}
