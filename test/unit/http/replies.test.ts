/** The envelope, and the routes that need no store. */

import { expect } from 'chai';
import { ANYBODY } from '../../../src/domain/access.ts';
import { type Health, healthRoutes } from '../../../src/http/health-routes.ts';
import { type LogQueries, logRoutes } from '../../../src/http/log-routes.ts';
import { type ReplyReason, refusal, success } from '../../../src/http/reply.ts';
import { notification } from '../../support/fake-log.ts';

const incoming = {
  params: ['corner'],
  body: undefined,
  rawBody: new Uint8Array(),
  isPrefetch: false,
  headers: {},
  address: '127.0.0.1',
  grant: ANYBODY,
};

describe('reply', () => {
  it('puts data into the envelope with code 1', () => {
    const reply = success({ a: 1 });
    expect(reply).to.deep.equal({ status: 200, headers: {}, body: '{"code":1,"msg":null,"data":{"a":1}}' });
  });

  it('puts a refusal into the envelope with code 0, its message and its reason', () => {
    const reply = refusal('order-not-found', '订单不存在');
    expect(reply.body).to.equal('{"code":0,"msg":"订单不存在","reason":"order-not-found","data":null}');
  });

  const statuses: Record<ReplyReason, number> = {
    'not-json': 400,
    unauthenticated: 401,
    forbidden: 403,
    'order-not-found': 404,
    'route-not-found': 404,
    'subscription-not-found': 404,
    'code-unknown': 404,
    'till-not-found': 404,
    'code-ended': 410,
    'till-removed': 401,
    'method-not-allowed': 405,
    'body-too-slow': 408,
    'order-not-waiting': 409,
    'order-cancelled': 409,
    'order-not-awaiting-payment': 409,
    'amount-differs': 409,
    'number-ambiguous': 409,
    'number-taken': 409,
    'sid-taken': 409,
    'too-many-subscriptions': 409,
    'body-too-large': 413,
    misdirected: 421,
    invalid: 422,
    'upgrade-required': 426,
    'reminder-too-soon': 429,
    'too-many-requests': 429,
    internal: 500,
    unavailable: 503,
  };
  for (const [reason, status] of Object.entries(statuses) as [ReplyReason, number][]) {
    it(`answers ${reason} with ${status}`, () => {
      expect(refusal(reason, 'm')).to.have.property('status', status);
    });
  }
});

describe('health', () => {
  const ready = async (health: Health) => {
    const route = healthRoutes('0.2.0', async () => health).find(({ pattern }) => pattern === '/readyz');
    return route?.handle({ ...incoming, query: new URLSearchParams() });
  };
  const up: Health = { postgres: 'up', rabbitmq: 'up', draining: false };

  it('is ready when all is up', async () => {
    expect(await ready(up)).to.have.property('status', 200);
  });

  for (const fault of [{ postgres: 'down' }, { rabbitmq: 'down' }, { draining: true }] as const) {
    it(`is not ready, and says so and when to ask again, with ${JSON.stringify(fault)}`, async () => {
      const reply = await ready({ ...up, ...fault });
      expect(reply).to.include({ status: 503 });
      expect(reply?.headers).to.deep.equal({ 'Retry-After': '2' });
      expect(JSON.parse(String(reply?.body)).data).to.deep.equal({ ...up, ...fault });
    });
  }
});

describe('log route', () => {
  const notAsked = () => expect.fail('not asked for');
  function read(query: string, page: LogQueries['page'], params = ['corner']) {
    const [route] = logRoutes({ page, range: notAsked, summary: notAsked, search: notAsked });
    if (route === undefined) throw new Error('no route');
    return route.handle({ ...incoming, params, query: new URLSearchParams(query) });
  }
  const state = { epoch: 'e', head: 9, oldest: 1, receipts: 3 };

  it('asks for what is said, and for the first hundred when nothing is said', async () => {
    const asked: unknown[] = [];
    const readPage: LogQueries['page'] = async (...args) => {
      asked.push(args);
      return undefined;
    };
    await read('', readPage);
    await read('since=7&limit=1000', readPage);
    await read('since=&limit=', readPage);
    expect(asked).to.deep.equal([
      ['corner', 0, 100],
      ['corner', 7, 1000],
      ['corner', 0, 100],
    ]);
  });

  it('names the next since only while there is more', async () => {
    const nextOf = async (seqs: number[]) => {
      const notifications = seqs.map((seq) => notification(seq));
      return JSON.parse(String((await read('', async () => ({ ...state, open: 6, notifications }))).body))
        .data.next;
    };
    expect(await nextOf([6, 7])).to.equal(7);
    expect(await nextOf([8, 9])).to.equal(null);
    expect(await nextOf([])).to.equal(null);
  });

  it('says in the same answer where the receipts stand, for whoever goes on listening from there', async () => {
    const page = { ...state, open: 9, notifications: [notification(9)] };
    const reply = await read('since=8', async () => page);
    expect(JSON.parse(String(reply.body)).data).to.include({ head: 9, receipts: 3, open: 9 });
  });

  it('shows a shop never heard of as an empty log', async () => {
    const reply = await read('', async () => undefined);
    const { now, ...log } = JSON.parse(String(reply.body)).data;
    expect(Math.abs(Date.parse(now) - Date.now())).to.be.below(60_000);
    expect(log).to.deep.equal({
      shop: 'corner',
      epoch: 'none',
      head: 0,
      oldest: 1,
      receipts: 0,
      open: 1,
      notifications: [],
      next: null,
    });
  });

  for (const query of [
    'since=-1',
    'since=x',
    'since=1.5',
    'since=99999999999999999',
    'limit=0',
    'limit=1001',
    'limit=ten',
  ]) {
    it(`refuses ${query} without reading`, async () => {
      const reply = await read(query, () => Promise.reject(new Error('it was read')));
      expect(reply.status).to.equal(422);
      expect(JSON.parse(String(reply.body)).msg).to.match(
        new RegExp(`^${query.split('=')[0]}: must be a whole number`),
      );
    });
  }
});
