/** What every answer tells a browser, whoever gave it. */

import { expect } from 'chai';
import { ask, post } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('every answer', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
  });
  after(() => around.tearDown());

  for (const [method, path, status] of [
    ['GET', '/healthz', 200],
    ['HEAD', '/healthz', 200],
    ['GET', '/orders/1', 404],
    ['GET', '/reminder/1', 404],
    ['HEAD', '/reminder/1', 405],
    ['DELETE', '/orders', 405],
    ['GET', '/nowhere', 404],
    ['GET', '/ws/till', 426],
    ['GET', '/shops/default/notifications', 200],
  ] as const) {
    it(`is no page, nobody's to keep, and shown in no frame: ${method} ${path}`, async () => {
      const { status: was, headers } = await ask(service.url, path, { method });
      expect(was).to.equal(status);
      expect(headers).to.include({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    });
  }

  it('has these once, and its own besides', async () => {
    const { headers, body } = await post(service.url, '/orders', { amount: 1 });
    expect(headers).to.include({ location: `/orders/${body.data.id}`, 'cache-control': 'no-store' });
  });

  it('to an upgrade that is refused has them as well', async () => {
    const { status, headers } = await ask(service.url, '/ws/a%20b', {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    expect(status).to.equal(400);
    expect(headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});
