/**
 * Speaks TLS to a client and plain TCP to a server of the run, so that what connects to it meets certificates. With
 * `postgres` it first agrees to TLS as Postgres does (SSLRequest, 54.2.10 in the manual of its protocol).
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type KeyPair, readPem } from './certificates.ts';

export interface TlsProxyOptions {
  to: string;
  pair: KeyPair;
  postgres?: boolean;
  /** Insists on a client's certificate that this authority signed. */
  clientAuthority?: KeyPair;
}

export interface TlsProxy {
  port: number;
  /** How many connections completed the handshake. */
  secured(): number;
  close(): Promise<void>;
}

export async function startTlsProxy(options: TlsProxyOptions): Promise<TlsProxy> {
  const { to, pair, postgres = false, clientAuthority } = options;
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let secured = 0;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // the other end hears of it by the close
  };
  const tls = createTlsServer({
    key: readPem(pair.key),
    cert: readPem(pair.cert),
    ...(clientAuthority === undefined
      ? {}
      : { ca: readPem(clientAuthority.cert), requestCert: true, rejectUnauthorized: true }),
  });
  tls.on('tlsClientError', (_, near) => near.destroy());
  tls.on('secureConnection', (near) => {
    secured++;
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) keep(socket);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const server = createServer((raw) => {
    keep(raw);
    if (!postgres) return void tls.emit('connection', raw);
    raw.once('data', () => {
      raw.write('S');
      tls.emit('connection', raw);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    secured: () => secured,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
