/**
 * A WebSocket client of raw TCP for load: one upgrade, then frames. All sockets of the process read into one buffer.
 * Resolves once the upgrade is answered with 101; rejects with the answer's first line otherwise.
 */

import { connect, type Socket } from 'node:net';
import { createFrameReader, type OnFrame } from './frame-reader.ts';

export interface RawWebSocket {
  socket: Socket;
  /** A masked text frame of less than 64 KiB; the mask is zero, which costs nothing and is legal. */
  sendText(text: string): void;
}

export interface RawWebSocketOptions {
  url: string;
  protocol?: string | undefined;
  onFrame: OnFrame;
  onClose(): void;
}

const sharedMemory = Buffer.allocUnsafe(256 * 1024);
const HEAD_END = Buffer.from('\r\n\r\n');

const TEXT = 1;
const PING = 9;
const PONG = 10;

function masked(opcode: number, payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const head = Buffer.alloc(isShort ? 6 : 8);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

export function openRawWebSocket(options: RawWebSocketOptions): Promise<RawWebSocket> {
  const { hostname, port, pathname, search } = new URL(options.url);
  return new Promise((resolve, reject) => {
    const reader = createFrameReader((opcode, bytes, start, end) => {
      if (opcode === PING) socket.write(masked(PONG, bytes.subarray(start, end)));
      else options.onFrame(opcode, bytes, start, end);
    });
    let head: Buffer | undefined = Buffer.alloc(0);
    const onBytes = (length: number) => {
      if (head === undefined) {
        reader.push(sharedMemory, length);
        return;
      }
      head = Buffer.concat([head, sharedMemory.subarray(0, length)]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return;
      const status = head.subarray(0, head.indexOf('\r\n')).toString('latin1');
      if (!status.includes(' 101 ')) {
        reject(new Error(status));
        socket.destroy();
        return;
      }
      const first = head.subarray(end + 4);
      head = undefined;
      resolve(opened);
      if (first.length > 0) reader.push(Buffer.from(first), first.length);
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: sharedMemory,
        callback: (length: number) => {
          onBytes(length);
          return true;
        },
      },
    });
    const opened: RawWebSocket = {
      socket,
      sendText: (text) => void socket.write(masked(TEXT, Buffer.from(text))),
    };
    socket.on('error', reject);
    socket.on('close', options.onClose);
    socket.write(
      [
        `GET ${pathname}${search} HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version: 13',
        ...(options.protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${options.protocol}`]),
        '\r\n',
      ].join('\r\n'),
    );
  });
}
