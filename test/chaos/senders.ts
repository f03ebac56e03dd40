/** Those who make events: an upstream service over AMQP, and customers over HTTP. Both repeat what was not confirmed. */

import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import type { PublishedEvent, RequestedReminders } from './history.ts';

/** What an upstream service has to say of an order. */
export interface UpstreamMessage {
  key: 'order.paid' | 'order.reminded' | 'order.accepted' | 'order.cancelled';
  eventId: string;
  body: object;
}

/** Publishes until the broker has confirmed it, each time under the same id. */
export interface Upstream {
  /** Resolves with false where it was closed before. */
  send(message: UpstreamMessage): Promise<boolean>;
  publish(event: PublishedEvent): Promise<void>;
  close(): Promise<void>;
}

export function createUpstream(brokerUrl: () => string, exchange: string): Upstream {
  const returned = new Set<string>();
  let model: ChannelModel | undefined;
  let channel: Promise<ConfirmChannel> | undefined;
  let closed = false;

  async function open(): Promise<ConfirmChannel> {
    model = await connect(brokerUrl(), { timeout: 5_000 });
    const forget = () => {
      channel = undefined;
    };
    model.on('error', () => {}); // a close follows
    model.on('close', forget);
    const opened = await model.createConfirmChannel();
    opened.on('error', () => {}); // a close follows
    opened.on('close', forget);
    opened.on('return', (message) => returned.add(String(message.properties.messageId)));
    return opened;
  }

  async function publishOnce({ key, eventId, body }: UpstreamMessage): Promise<void> {
    channel ??= open();
    const opened = await channel.catch((error) => {
      channel = undefined;
      throw error;
    });
    await new Promise<void>((resolve, reject) => {
      const finish = (error: unknown) => {
        clearTimeout(timer);
        if (returned.delete(eventId)) reject(new Error('no queue takes it'));
        else if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => finish(new Error('no confirm')), 5_000);
      const properties = { mandatory: true, persistent: true, messageId: eventId };
      opened.publish(exchange, key, Buffer.from(JSON.stringify(body)), properties, finish);
    });
  }

  async function send(message: UpstreamMessage): Promise<boolean> {
    while (!closed) {
      try {
        await publishOnce(message);
        return true;
      } catch {
        await pause(50 + Math.random() * 200);
      }
    }
    return false;
  }

  return {
    send,
    async publish(event) {
      const { eventId, shopId, type, orderId, invalid } = event;
      const body = invalid ? { shopId } : { orderId: Number(orderId), orderNumber: `N-${orderId}`, shopId };
      const key = type === 1 ? 'order.paid' : 'order.reminded';
      if (await send({ key, eventId, body })) event.confirmed = true;
    },
    async close() {
      closed = true;
      await model?.close().catch(() => {}); // it may be down already
    },
  };
}

interface Answer {
  data: { id: number; number: string };
}

export interface Customer {
  /** Orders and pays; resolves with the order once the payment is confirmed. */
  buy(shopId: string): Promise<{ orderId: string; shopId: string }>;
  /** Asks once where the order is; counts the attempt, and the success. */
  remind(reminders: RequestedReminders): Promise<void>;
  stop(): void;
}

/** `server` is asked for each request: another one each time, and none while none is up. */
export function createCustomer(server: () => string | undefined): Customer {
  let stopped = false;

  async function post(path: string, body: unknown): Promise<Answer> {
    const url = server();
    if (url === undefined) throw new Error('no server is up');
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
    return answer as Answer;
  }

  async function insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (stopped) throw error;
        await pause(50 + Math.random() * 300);
      }
    }
  }

  return {
    async buy(shopId) {
      // An order whose answer was lost stays unpaid; the next attempt makes another.
      const { data } = await insist(() => post('/orders', { shopId, amount: 100 }));
      await insist(() => post('/payments/notify', { outTradeNo: data.number }));
      return { orderId: String(data.id), shopId };
    },
    async remind(reminders) {
      reminders.attempted++;
      try {
        await post(`/orders/${reminders.orderId}/reminders`, {});
        reminders.confirmed++;
      } catch {
        // Whether it was recorded is not known: at most as often as it was asked for.
      }
    },
    stop() {
      stopped = true;
    },
  };
}
