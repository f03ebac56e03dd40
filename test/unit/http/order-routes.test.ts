/** How each outcome of the order store is answered; the store is a fake. */

import { expect } from 'chai';
import { ANYBODY } from '../../../src/domain/access.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { OrderStore } from '../../../src/domain/order-store.ts';
import { orderRoutes } from '../../../src/http/order-routes.ts';
import type { Incoming } from '../../../src/http/routes.ts';

const order: Order = {
  id: 7,
  number: 'n-7',
  shopId: 'default',
  amount: 100,
  status: 1,
  payStatus: 0,
  createdAt: '2025-03-06T17:14:35.000Z',
  paidAt: null,
};

/** A store that must not be asked, but for what the test gives. */
function answer(pattern: string, given: Partial<OrderStore>, incoming: Partial<Incoming> = {}) {
  const refuse = () => Promise.reject(new Error('the store was asked'));
  const payments = { markPaid: refuse, markRefunded: refuse, recordMisfit: refuse };
  const store = { create: refuse, find: refuse, remind: refuse, ...payments, ...given };
  const routes = orderRoutes(store);
  const route = routes.find((one) => one.pattern === pattern);
  if (route === undefined) throw new Error(`no route ${pattern}`);
  const rest = {
    query: new URLSearchParams(),
    body: undefined,
    rawBody: new Uint8Array(),
    isPrefetch: false,
    headers: {},
    address: '127.0.0.1',
    grant: ANYBODY,
  };
  return route.handle({ params: ['7'], ...rest, ...incoming });
}

describe('order routes', () => {
  it('answer a created order with 201 and its place', async () => {
    const reply = await answer('/orders', { create: async () => order }, { body: { amount: 100 } });
    expect(reply).to.deep.equal({
      status: 201,
      headers: { Location: '/orders/7' },
      body: JSON.stringify({ code: 1, msg: null, data: order }),
    });
  });

  const outcomes: [string, string, Partial<OrderStore>, unknown, number, string | undefined][] = [
    [
      'a number that is taken',
      '/orders',
      { create: async () => 'number-taken' },
      { amount: 1 },
      409,
      'number-taken',
    ],
    ['an unknown order', '/orders/:id', { find: async () => undefined }, undefined, 404, 'order-not-found'],
    [
      'a reminder of an unknown order',
      '/orders/:id/reminders',
      { remind: async () => ({ outcome: 'not-found' }) },
      undefined,
      404,
      'order-not-found',
    ],
    [
      'a reminder of an order that does not await the shop',
      '/reminder/:id',
      { remind: async () => ({ outcome: 'not-waiting' }) },
      undefined,
      409,
      'order-not-waiting',
    ],
  ];
  for (const [what, pattern, store, body, status, reason] of outcomes) {
    it(`answer ${what} with ${status}`, async () => {
      const reply = await answer(pattern, store, { body });
      expect(reply.status).to.equal(status);
      const { code, reason: given } = JSON.parse(String(reply.body));
      expect([code, given]).to.deep.equal([status === 200 ? 1 : 0, reason]);
    });
  }

  it('answer a reminder that comes too soon with 429 and when to come back', async () => {
    const remind = async () => ({ outcome: 'too-soon' as const, retryAfterSeconds: 42 });
    const reply = await answer('/orders/:id/reminders', { remind });
    expect(reply.status).to.equal(429);
    expect(reply.headers).to.deep.equal({ 'Retry-After': '42' });
  });

  it('forbid a prefetched reminder without asking the store', async () => {
    expect(await answer('/reminder/:id', {}, { isPrefetch: true })).to.have.property('status', 403);
  });

  it('hand on an id that no number holds as the string of its digits', async () => {
    const asked: unknown[] = [];
    const find = async (id: unknown) => {
      asked.push(id);
      return undefined;
    };
    await answer('/orders/:id', { find }, { params: ['9007199254740993'] });
    await answer('/orders/:id', { find }, { params: ['9007199254740991'] });
    expect(asked).to.deep.equal(['9007199254740993', Number.MAX_SAFE_INTEGER]);
  });

  for (const id of ['0', '01', '-1', '1.0', 'x', '', '123456789012345678901', '1\n', '１']) {
    it(`refuse the id ${JSON.stringify(id)} without asking the store`, async () => {
      expect(await answer('/orders/:id', {}, { params: [id] })).to.have.property('status', 422);
      expect(await answer('/reminder/:id', {}, { params: [id] })).to.have.property('status', 422);
    });
  }
});
