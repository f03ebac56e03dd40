/**
 * The uWebSockets.js server under HTTP and WebSocket, with or without TLS. No other server shares its port unless it is to, and
 * it can take the port right after a server that ended its connections.
 */

import uWS, { type AppOptions, type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { connect } from 'node:net';
import { AppError } from '../platform/errors.ts';
import type { ServerTlsFiles } from '../platform/tls-files.ts';
import { type ConnectionLimits, limitConnections, type OpenConnections } from './connections.ts';

export interface ServerOptions extends ConnectionLimits {
  /** A pair that was checked: uWebSockets.js itself does not say what is wrong with one. Undefined for plain HTTP. */
  tls: ServerTlsFiles | undefined;
  /** Listens also where another server of ours does: the system divides new connections between both. */
  sharesPort?: boolean;
}

export interface Server {
  app: TemplatedApp;
  connections: OpenConnections;
  /** Resolves with the port, which for 0 is a free one. Rejects with `port-taken`. */
  listen(host: string, port: number): Promise<number>;
  /** New connections are refused; those that are open go on. */
  closeListener(): void;
  /** Ends every connection, whatever it is doing. */
  close(): void;
}

/** The binding has these, and its types do not. */
declare module 'uWebSockets.js' {
  const LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  interface TemplatedApp {
    listen(
      host: string,
      port: number,
      options: number,
      done: (socket: us_listen_socket | false) => void,
    ): this;
  }
}

export function createServer({ tls, sharesPort = false, ...limits }: ServerOptions): Server {
  const app = tls === undefined ? uWS.App() : uWS.SSLApp(optionsOf(tls));
  const connections = limitConnections(app, limits);
  let listener: us_listen_socket | undefined;
  let closed = false;

  /** uWebSockets.js answers in the same turn. */
  function tryToListen(host: string, port: number, options: number): us_listen_socket | undefined {
    let opened: us_listen_socket | undefined;
    app.listen(host, port, options, (socket) => {
      opened = socket || undefined;
    });
    return opened;
  }

  return {
    app,
    connections,
    async listen(host, port) {
      // An exclusive listener fails where another server listens. But when it ends its connections, they hold the port
      // for another minute. A usual listener would share the port with a second server silently. So the exclusive one
      // looks, and the usual one takes its place within one turn.
      const isTried = !sharesPort || port === 0;
      const trial = isTried ? tryToListen(host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT) : undefined;
      const found = trial === undefined ? port : uWS.us_socket_local_port(trial);
      if (trial !== undefined) uWS.us_listen_socket_close(trial);
      else if (isTried && (await hasListener(host, port))) throw portTaken(host, port);
      listener = tryToListen(host, found, LISTEN_AS_USUAL);
      if (listener === undefined) throw portTaken(host, port);
      return found;
    },
    closeListener() {
      if (listener !== undefined) uWS.us_listen_socket_close(listener);
      listener = undefined;
    },
    close() {
      if (!closed) app.close();
      closed = true;
      listener = undefined;
    },
  };
}

const LISTEN_AS_USUAL = 0;

function portTaken(host: string, port: number): AppError {
  return new AppError('port-taken', `${host}:${port} is taken, or is not an address of this machine`);
}

/** A server answers; the connections of one that has ended do not. */
function hasListener(host: string, port: number): Promise<boolean> {
  const near = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return new Promise((resolve) => {
    const socket = connect({ host: near, port, timeout: PROBE_MS });
    const settle = (isListening: boolean) => {
      socket.destroy();
      resolve(isListening);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(true)); // a server whose queue is full
    socket.once('error', () => settle(false));
  });
}

const PROBE_MS = 1_000;

function optionsOf({ key, cert, passphrase }: ServerTlsFiles): AppOptions {
  const pair = { key_file_name: key, cert_file_name: cert };
  return passphrase === '' ? pair : { ...pair, passphrase };
}
