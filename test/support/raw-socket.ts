/** A TCP connection that says what it is told to, well-formed or not, and keeps what it hears. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawSocket {
  socket: Socket;
  write(bytes: string | Uint8Array): void;
  /** What has come so far, as Latin-1. */
  heard(): string;
  /** Whether the other side has ended it. */
  ended(): boolean;
  /** Resolves when the other side has ended it, or after `ms`; then it is closed either way. */
  over(ms: number): Promise<'ended' | 'open'>;
}

export async function openRawSocket(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let ended = false;
  socket.on('data', (data) => chunks.push(data));
  socket.on('error', () => {}); // a close follows
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended = true;
      resolve();
    });
    socket.on('end', () => socket.end());
  });
  await Promise.race([once(socket, 'connect'), closed]);
  return {
    socket,
    write(bytes) {
      if (!ended) socket.write(bytes);
    },
    ended: () => ended,
    heard: () => Buffer.concat(chunks).toString('latin1'),
    async over(ms) {
      let timer: NodeJS.Timeout | undefined;
      const outcome = await Promise.race([
        closed.then(() => 'ended' as const),
        new Promise<'open'>((resolve) => {
          timer = setTimeout(() => resolve('open'), ms);
        }),
      ]);
      clearTimeout(timer);
      socket.destroy();
      await closed;
      return outcome;
    },
  };
}

/** Bytes of a client's WebSocket frame; `masked: false` is against RFC 6455. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, masked = true, reserved = 0 } = {},
): Buffer {
  const length = payload.length;
  const extended = length < 126 ? Buffer.alloc(0) : length < 65_536 ? Buffer.alloc(2) : Buffer.alloc(8);
  if (extended.length === 2) extended.writeUInt16BE(length);
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length));
  const marker = length < 126 ? length : length < 65_536 ? 126 : 127;
  const head = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | marker]);
  const mask = Buffer.from([1, 2, 3, 4]);
  const body = masked ? payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : payload;
  return Buffer.concat([head, extended, masked ? mask : Buffer.alloc(0), body]);
}

/** The request of an upgrade to `/ws/:sid` with the subprotocol of v1. */
export function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: orderbell.v1',
    '\r\n',
  ].join('\r\n');
}
