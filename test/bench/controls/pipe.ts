/**
 * The bare pipe: amqplib consumes, `JSON.parse`, uWebSockets.js publishes, one acknowledgement each. Nothing is kept, so
 * whoever is away misses it: the least that a bell on RabbitMQ could do.
 */

import uWS from 'uWebSockets.js';
import { connect } from 'amqplib';
import { splitUrls } from '../../../src/platform/url-list.ts';
import { takeCommands } from '../commands.ts';

export interface PipeCommands {
  /** Consumes the queue, bound to the exchange's two keys. Sockets at `{n}` of shop `{shop}`. */
  start(where: { amqpUrl: string; exchange: string; queue: string }): Promise<{ url: string }>;
}

const PREFETCH = 500;

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

const commands: PipeCommands = {
  async start({ amqpUrl, exchange, queue }) {
    const connection = await connect(splitUrls(amqpUrl)[0] ?? '');
    const channel = await connection.createChannel();
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    for (const key of ['order.paid', 'order.reminded']) await channel.bindQueue(queue, exchange, key);
    await channel.prefetch(PREFETCH);
    await channel.consume(queue, (message) => {
      if (message === null) return;
      const { orderId, orderNumber, shopId } = JSON.parse(message.content.toString());
      app.publish(shopId, JSON.stringify({ type: 1, orderId, content: `订单号： ${orderNumber}` }));
      channel.ack(message);
    });
    return new Promise((resolve, reject) => {
      app.listen('127.0.0.1', 0, (socket) => {
        const port = socket && uWS.us_socket_local_port(socket);
        if (port) resolve({ url: `ws://127.0.0.1:${port}/ws/{n}?shop=shop-{shop}` });
        else reject(new Error('does not listen'));
      });
    });
  },
};
takeCommands(commands);
