/**
 * The uWebSockets.js server under HTTP and WebSocket, with or without TLS. Guarantees that the port is ours alone:
 * without the exclusive option a second server on the same port would silently share it.
 */

import uWS, { type AppOptions, type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { AppError } from '../platform/errors.ts';
import type { ServerTlsFiles } from '../platform/tls-files.ts';
import { type ConnectGate, type ConnectGateOptions, createConnectGate } from './connect-gate.ts';

export interface ServerOptions extends ConnectGateOptions {
  /** A pair that was checked: uWebSockets.js itself does not say what is wrong with one. Undefined for plain HTTP. */
  tls: ServerTlsFiles | undefined;
}

export interface Server {
  app: TemplatedApp;
  gate: ConnectGate;
  /** Resolves with the port, which for 0 is a free one. Rejects with `port-taken`. */
  listen(host: string, port: number): Promise<number>;
  /** New connections are refused; those that are open go on. */
  closeListener(): void;
  /** Ends every connection, whatever it is doing. */
  close(): void;
}

/** What the binding has and its types leave out. */
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

export function createServer({ tls, ...gateOptions }: ServerOptions): Server {
  const app = tls === undefined ? uWS.App() : uWS.SSLApp(optionsOf(tls));
  const gate = createConnectGate(app, gateOptions);
  let listener: us_listen_socket | undefined;
  let closed = false;

  return {
    app,
    gate,
    listen(host, port) {
      return new Promise((resolve, reject) => {
        app.listen(host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
          if (socket) {
            listener = socket;
            resolve(uWS.us_socket_local_port(socket));
          } else
            reject(
              new AppError('port-taken', `${host}:${port} is taken, or is not an address of this machine`),
            );
        });
      });
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

function optionsOf({ key, cert, passphrase }: ServerTlsFiles): AppOptions {
  const pair = { key_file_name: key, cert_file_name: cert };
  return passphrase === '' ? pair : { ...pair, passphrase };
}
