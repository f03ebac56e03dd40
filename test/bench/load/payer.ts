/** Customers: orders are made beforehand and paid for at a rate, over HTTP. */

import { setTimeout as pause } from 'node:timers/promises';
import { takeCommands } from '../commands.ts';

export interface PayerCommands {
  /** All of one shop, or dealt out to `shop-0` and so on. */
  prepare(request: { url: string; count: number } & ({ shopId: string } | { shops: number })): Promise<void>;
  /** Pays for all that was prepared. The microsecond of each request, by order id. */
  pay(request: { perSecond: number }): Promise<[orderId: number, micros: number][]>;
}

const AGAIN_MS = 100;
const RUN = Date.now().toString(36);

let base = '';
let last = 0;
let orders: { id: number; number: string }[] = [];

async function post(path: string, body: unknown): Promise<{ data: { id: number } }> {
  const response = await fetch(`${base}${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (response.status === 503) {
    // As providers do, but sooner.
    await pause(AGAIN_MS);
    return post(path, body);
  }
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json() as Promise<{ data: { id: number } }>;
}

const commands: PayerCommands = {
  async prepare({ url, count, ...of }) {
    base = url;
    orders = [];
    for (let i = 0; i < count; i++) {
      const shopId = 'shopId' in of ? of.shopId : `shop-${i % of.shops}`;
      const number = `${RUN}-${last++}`;
      orders.push({ number, id: (await post('/orders', { number, shopId, amount: 100 })).data.id });
    }
  },
  async pay({ perSecond }) {
    const started = performance.now();
    const paid: [number, number][] = [];
    const answers: Promise<unknown>[] = [];
    for (const [index, { id, number }] of orders.entries()) {
      const due = started + (index * 1000) / perSecond;
      if (due > performance.now()) await pause(due - performance.now());
      paid.push([id, Number(process.hrtime.bigint() / 1000n)]);
      answers.push(post('/payments/notify', { outTradeNo: number }));
    }
    await Promise.all(answers);
    return paid;
  },
};
takeCommands(commands);
