/** Events from upstream services and customers, at a rate, until they are told to stop; and what became of each. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { PublishedEvent, RequestedReminders } from './history.ts';
import { createCustomer, createUpstream } from './senders.ts';
import { PREFIX, SHOPS } from './settings.ts';

export interface TrafficOptions {
  random: Random;
  /** So many new events a second. */
  rate: number;
  brokerUrl(): string;
  /** A server for customers; undefined while none is up. */
  http(): string | undefined;
}

export interface Traffic {
  published: PublishedEvent[];
  reminders: RequestedReminders[];
  confirmedPayments: { orderId: string; shopId: string }[];
  /** What is still being tried. */
  underWay: ReadonlySet<Promise<unknown>>;
  /** Sends until `stop`. */
  run(): Promise<void>;
  /** Publishes one good event more. */
  publish(shopId: string): PublishedEvent;
  /** No new events; those under way are still tried. */
  stop(): void;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

export function createTraffic({ random, rate, brokerUrl, http }: TrafficOptions): Traffic {
  const published: PublishedEvent[] = [];
  const reminders: RequestedReminders[] = [];
  const confirmedPayments: { orderId: string; shopId: string }[] = [];
  const upstreams = [1, 2].map(() => createUpstream(brokerUrl, `${PREFIX}orders`));
  const customer = createCustomer(http);
  const underWay = new Set<Promise<unknown>>();
  let lastOrderId = 1_000_000_000;
  let sending = true;

  const track = (work: Promise<unknown>) => {
    const settled = work.catch(() => {}).finally(() => underWay.delete(settled));
    underWay.add(settled);
  };

  function newEvent(shopId: string, type: 1 | 2, invalid: boolean): PublishedEvent {
    const orderId = String(++lastOrderId);
    const eventId = `${random.seed}-${orderId}`;
    const event: PublishedEvent = { eventId, shopId, type, orderId, confirmed: false, invalid };
    published.push(event);
    return event;
  }

  async function buy(shopId: string, asks: boolean): Promise<void> {
    const order = await customer.buy(shopId);
    confirmedPayments.push(order);
    if (!asks) return;
    const requested = { ...order, confirmed: 0, attempted: 0 };
    reminders.push(requested);
    track(customer.remind(requested));
  }

  function sendOne(): void {
    const shopId = random.pick(SHOPS);
    if (random.chance(0.15)) {
      track(buy(shopId, random.chance(0.5)));
      return;
    }
    const event = newEvent(shopId, random.chance(0.7) ? 1 : 2, random.chance(0.01));
    track(random.pick(upstreams).publish(event));
    if (random.chance(0.05)) track(random.pick(upstreams).publish(event)); // upstreams repeat themselves
  }

  return {
    published,
    reminders,
    confirmedPayments,
    underWay,
    async run() {
      while (sending) {
        if (underWay.size < 500) sendOne();
        await pause(1000 / rate);
      }
    },
    publish(shopId) {
      const event = newEvent(shopId, 1, false);
      const [upstream] = upstreams;
      if (upstream) track(upstream.publish(event));
      return event;
    },
    stop() {
      sending = false;
    },
    async close() {
      sending = false;
      customer.stop();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    },
  };
}
