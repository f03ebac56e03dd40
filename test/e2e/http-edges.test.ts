/** Requests that no handler wants: each is answered in the envelope, and the service goes on. */

import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { type Answer, ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('HTTP at its edges', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ HTTP_MAX_BODY_BYTES: '2048' });
  });
  after(() => around.tearDown());

  function expectRefusal({ status, body }: Answer, expected: number, reason: string): void {
    expect([status, body.code, body.reason, body.data]).to.deep.equal([expected, 0, reason, null]);
    expect(body.msg).to.be.a('string').and.not.equal('');
  }

  const notJson: [string, string | Buffer][] = [
    ['an empty one', ''],
    ['half an object', '{"amount":1'],
    ['form data', 'amount=1'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ];
  for (const path of ['/orders', '/payments/notify']) {
    for (const [what, body] of notJson) {
      it(`calls ${what} not JSON as the body of ${path}`, async () => {
        expectRefusal(await post(service.url, path, body), 400, 'not-json');
      });
    }
    it(`calls a missing body of ${path} not JSON`, async () => {
      expectRefusal(await post(service.url, path), 400, 'not-json');
    });

    it(`refuses a body of ${path} that says it is too large, and closes the connection`, async () => {
      const answer = await post(service.url, path, Buffer.alloc(2049, ' '));
      expectRefusal(answer, 413, 'body-too-large');
      expect(answer.headers.connection).to.equal('close');
    });

    it(`refuses a body of ${path} that is too large and does not say so`, async () => {
      expectRefusal(
        await post(service.url, path, Buffer.alloc(2049, ' '), { chunked: true }),
        413,
        'body-too-large',
      );
    });
  }

  it('takes a body of just the size that is allowed, in chunks and in one piece', async () => {
    for (const [chunked, number] of [
      [true, 'size-1'],
      [false, 'size-2'],
    ] as const) {
      const body = JSON.stringify({ amount: 1, number }).padEnd(2048);
      expect((await post(service.url, '/orders', body, { chunked })).status).to.equal(201);
    }
  });

  for (const [field, value] of [
    ['amount', '100'],
    ['amount', 0],
    ['amount', -1],
    ['amount', 1.5],
    ['amount', 2 ** 31],
    ['amount', null],
    ['amount', undefined],
    ['number', 7],
    ['number', ''],
    ['number', '<img src=x onerror=alert(1)>'],
    ['number', 'a b'],
    ['number', 'x'.repeat(65)],
    ['shopId', 7],
    ['shopId', 'a.b'],
    ['shopId', '店'],
  ] as const) {
    it(`refuses an order with ${field} ${JSON.stringify(value)}, naming the field`, async () => {
      const answer = await post(service.url, '/orders', { amount: 100, [field]: value });
      expectRefusal(answer, 422, 'invalid');
      expect(answer.body.msg).to.contain(field);
    });
  }

  for (const [field, value] of [
    ['outTradeNo', undefined],
    ['outTradeNo', 7],
    ['outTradeNo', '<b>'],
    ['transactionId', 7],
    ['transactionId', 'a b'],
    ['paidAt', 1741281275],
    ['paidAt', '2025-03-06 17:14:35'],
    ['paidAt', 'yesterday'],
    ['paidAt', '2025-02-30T00:00:00Z'],
  ] as const) {
    it(`refuses a payment with ${field} ${JSON.stringify(value)}, naming the field`, async () => {
      const answer = await post(service.url, '/payments/notify', { outTradeNo: 'n', [field]: value });
      expectRefusal(answer, 422, 'invalid');
      expect(answer.body.msg).to.contain(field);
    });
  }

  for (const body of ['null', '[]', '7', '"order"', 'true']) {
    it(`refuses ${body} as an order`, async () => {
      expectRefusal(await post(service.url, '/orders', body), 422, 'invalid');
    });
  }

  it('takes a field of the prototype for nothing', async () => {
    expectRefusal(await post(service.url, '/orders', '{"__proto__":{"amount":1}}'), 422, 'invalid');
  });

  it('refuses an order id that is none', async () => {
    for (const id of ['abc', '0', '-1', '1.5', '01', '123456789012345678901', '%20', '%E8%AE%A2']) {
      expectRefusal(await ask(service.url, `/orders/${id}`), 422, 'invalid');
      expectRefusal(await ask(service.url, `/reminder/${id}`), 422, 'invalid');
      expectRefusal(await post(service.url, `/orders/${id}/reminders`), 422, 'invalid');
    }
  });

  it('calls a malformed escape in the path invalid, on every route that has a parameter', async () => {
    for (const path of ['/orders/%zz', '/orders/%E0%A4%A', '/reminder/%', '/shops/%ff/notifications']) {
      const answer = await ask(service.url, path);
      expectRefusal(answer, 422, 'invalid');
      expect(answer.body.msg).to.contain('escape');
    }
    expectRefusal(await post(service.url, '/orders/%zz/reminders'), 422, 'invalid');
  });

  for (const [method, path, allow] of [
    ['GET', '/orders', 'POST'],
    ['PUT', '/orders', 'POST'],
    ['DELETE', '/orders/7', 'GET, HEAD'],
    ['POST', '/orders/7', 'GET, HEAD'],
    ['GET', '/payments/notify', 'POST'],
    ['GET', '/orders/7/reminders', 'POST'],
    ['POST', '/reminder/7', 'GET'],
    ['PATCH', '/shops/default/notifications', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['OPTIONS', '/readyz', 'GET, HEAD'],
    ['POST', '/ws/till-1', 'GET'],
    ['DELETE', '/ws/till-1', 'GET'],
  ] as const) {
    it(`answers ${method} ${path} with 405 and what is allowed`, async () => {
      const answer = await ask(service.url, path, { method });
      expectRefusal(answer, 405, 'method-not-allowed');
      expect(answer.headers.allow).to.equal(allow);
    });
  }

  it('asks for an upgrade where a GET to a socket has none', async () => {
    const answer = await ask(service.url, '/ws/till-1');
    expectRefusal(answer, 426, 'upgrade-required');
    expect(answer.headers.upgrade).to.equal('websocket');
  });

  for (const path of [
    '/nowhere',
    '/orders/7/',
    '/orders/7/nothing',
    '/shops/default',
    '/ws',
    '/ws/a/b',
    '//',
    '/%zz',
    '/.env',
  ]) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      it(`answers ${method} ${path} with 404 in the envelope`, async () => {
        expectRefusal(await ask(service.url, path, { method }), 404, 'route-not-found');
      });
    }
  }

  for (const [path, status] of [
    ['/healthz', 200],
    ['/readyz', 200],
    ['/orders/999999', 404],
    ['/shops/default/notifications', 200],
    ['/reminder/999999', 405],
    ['/orders', 405],
    ['/ws/till-1', 405],
    ['/nowhere', 404],
  ] as const) {
    it(`answers HEAD ${path} with ${status}, the length, and no body`, async () => {
      const answer = await ask(service.url, path, { method: 'HEAD' });
      expect([answer.status, answer.text]).to.deep.equal([status, '']);
      expect(Number(answer.headers['content-length'])).to.be.above(10);
    });
  }

  it('answers HEAD and other requests in turn on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (const path of ['/healthz', '/orders', '/nowhere', '/orders/999999']) {
      for (const method of ['HEAD', 'GET'])
        statuses.push((await ask(service.url, path, { method, agent })).status);
    }
    agent.destroy();
    expect(statuses).to.deep.equal([200, 200, 405, 405, 404, 404, 404, 404]);
  });

  it('takes no harm from clients that leave in the middle of a body', async () => {
    const { hostname, port } = new URL(service.url);
    for (let round = 0; round < 20; round++) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write('POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"amount":');
      if (round % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect((await post(service.url, '/orders', { amount: 1 })).status).to.equal(201);
  });

  it('answers one request after the other on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (const [path, body] of [
      ['/orders', { amount: 1 }],
      ['/orders', 'nonsense'],
      ['/orders', { amount: 'x' }],
      ['/orders', { amount: 2 }],
    ] as const) {
      statuses.push((await post(service.url, path, body, { agent })).status);
    }
    agent.destroy();
    expect(statuses).to.deep.equal([201, 400, 422, 201]);
  });
});
