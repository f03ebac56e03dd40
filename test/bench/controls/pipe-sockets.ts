/** The sockets of both pipes: each is subscribed to the shop of its address, and gets the frame that Orderbell would send. */

import uWS, { type TemplatedApp } from 'uWebSockets.js';
import { type Channel, connect } from 'amqplib';
import { splitUrls } from '../../../src/platform/url-list.ts';

export interface PipeSource {
  amqpUrl: string;
  exchange: string;
  queue: string;
}

export interface PipedEvent {
  eventId: string;
  shopId: string;
  orderId: number;
  content: string;
}

export interface PipeSockets {
  /** For routes beside the sockets. */
  app: TemplatedApp;
  publish(event: PipedEvent): void;
  /** Resolves with the address of a socket `{n}` of shop `{shop}`. */
  listen(): Promise<string>;
}

export function createPipeSockets(): PipeSockets {
  const app = uWS.App();
  app.ws<{ shop: string }>('/ws/:sid', {
    compression: uWS.DISABLED,
    maxBackpressure: 64 * 1024 * 1024,
    idleTimeout: 120,
    upgrade: (res, req, context) =>
      res.upgrade(
        { shop: req.getQuery('shop') ?? 'default' },
        req.getHeader('sec-websocket-key'),
        '',
        '',
        context,
      ),
    open: (socket) => void socket.subscribe(socket.getUserData().shop),
  });
  return {
    app,
    publish({ shopId, orderId, content }) {
      app.publish(shopId, JSON.stringify({ type: 1, orderId, content }));
    },
    listen: () =>
      new Promise((resolve, reject) => {
        app.listen('127.0.0.1', 0, (socket) => {
          const port = socket && uWS.us_socket_local_port(socket);
          if (port) resolve(`ws://127.0.0.1:${port}/ws/{n}?shop=shop-{shop}`);
          else reject(new Error('does not listen'));
        });
      }),
  };
}

/** A channel whose queue is bound to the exchange's two keys. */
export async function openPipeChannel({ amqpUrl, exchange, queue }: PipeSource): Promise<Channel> {
  const connection = await connect(splitUrls(amqpUrl)[0] ?? '');
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  for (const key of ['order.paid', 'order.reminded']) await channel.bindQueue(queue, exchange, key);
  return channel;
}

export function readEvent(body: Buffer): PipedEvent {
  const { eventId, shopId, orderId, orderNumber } = JSON.parse(body.toString());
  return { eventId, shopId, orderId, content: `订单号： ${orderNumber}` };
}
