/**
 * The uWebSockets.js server under HTTP and WebSocket. Guarantees that the port is ours alone: without the exclusive
 * option a second server on the same port would silently share it.
 */

import uWS, { type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { AppError } from '../platform/errors.ts';

export interface Server {
  app: TemplatedApp;
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

export function createServer(): Server {
  const app = uWS.App();
  let listener: us_listen_socket | undefined;
  let closed = false;

  return {
    app,
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
