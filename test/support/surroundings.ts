/** What an e2e test file stands on: a database and names on the broker of its own, and services that are all stopped. */

import type { Overrides } from '../../src/service/context.ts';
import { publishAll } from './events.ts';
import { createBroker, createDatabase, type TestBroker, type TestDatabase } from './servers-of-the-run.ts';
import { type Service, startService } from './service.ts';
import { type ConnectOptions, connectSocket, type SocketClient, V1 } from './socket-client.ts';

export interface Surroundings {
  readonly database: TestDatabase;
  readonly broker: TestBroker;
  /** Starts a service; `clear` stops it. */
  serve(env?: Record<string, string>, overrides?: Partial<Overrides>): Promise<Service>;
  /** Opens a v1 client, or a plain one with `protocol: ''`; `clear` closes it. */
  open(service: Service, sid: string, options?: ConnectOptions): Promise<SocketClient>;
  /** Publishes `order.paid` for orders `from` to `to` of a shop, as an upstream service does. */
  pay(shopId: string, from: number, to: number): Promise<void>;
  /** Closes the sockets and stops the services. */
  clear(): Promise<void>;
  /** Clears, and drops the database and what is on the broker. */
  tearDown(): Promise<void>;
}

export async function createSurroundings(): Promise<Surroundings> {
  const [database, broker] = await Promise.all([createDatabase(), createBroker()]);
  let services: Service[] = [];
  let clients: SocketClient[] = [];

  async function clear(): Promise<void> {
    for (const { socket } of clients) socket.terminate();
    await Promise.all(clients.map(({ closed }) => closed));
    await Promise.all(services.map((service) => service.stop()));
    clients = [];
    services = [];
  }
  async function tearDown(): Promise<void> {
    await clear();
    await Promise.all([broker.drop(), database.drop()]);
  }

  return {
    database,
    broker,
    async serve(env, overrides) {
      const service = await startService(database, broker, env, overrides);
      services.push(service);
      return service;
    },
    async open(service, sid, options = {}) {
      const { protocol = V1, query = {}, token } = options;
      const client = await connectSocket(service.url, sid, {
        query,
        ...(protocol === '' ? {} : { protocol }),
        ...(token === undefined ? {} : { token }),
      });
      clients.push(client);
      return client;
    },
    pay(shopId, from, to) {
      const messages = Array.from({ length: to - from + 1 }, (_, index) => ({
        key: 'order.paid',
        body: { shopId, orderId: from + index, orderNumber: `${shopId}-${from + index}` },
      }));
      return publishAll(broker.connection, broker.names.orders, messages);
    },
    clear,
    tearDown,
  };
}

/** A plain client in the options of `open`. */
export const PLAIN: ConnectOptions = { protocol: '' };

/** The seqs of the notifications that a client got, in the order in which they came. */
export function seqsOf({ frames }: SocketClient): number[] {
  return frames.filter(({ kind }) => kind === 'notification').map(({ seq }) => seq);
}
