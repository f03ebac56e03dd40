/** Who may ask what over HTTP, with tokens that are signed with a secret. */

import { expect } from 'chai';
import { type Answer, type AskOptions, ask, post } from '../support/http-client.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, type TokenOptions, WITH_SECRET } from '../support/tokens.ts';

describe('HTTP with tokens', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ ...WITH_SECRET, HTTP_MAX_BODY_BYTES: '2048' });
  });
  after(() => around.tearDown());

  const bearer = async (scope: string, shop: unknown = 'corner', over: TokenOptions = {}) => ({
    authorization: `Bearer ${await makeToken({ ...over, claims: { scope, shop, ...over.claims } })}`,
  });

  function expectRefusal(answer: Answer, status: number, reason: string, challenge?: string): void {
    const { body, headers } = answer;
    expect([answer.status, body.code, body.reason, body.data]).to.deep.equal([status, 0, reason, null]);
    expect(headers['www-authenticate']).to.equal(challenge);
  }

  async function orderOf(shopId: string): Promise<{ id: number; number: string }> {
    const headers = await bearer('orders:write', '*');
    const { body } = await post(service.url, '/orders', { shopId, amount: 100 }, { headers });
    return body.data;
  }

  const guarded: [string, string, unknown, string][] = [
    ['POST', '/orders', { amount: 1 }, 'orders:write'],
    ['GET', '/orders/1', undefined, 'orders:write log:read'],
    ['HEAD', '/orders/1', undefined, 'orders:write log:read'],
    ['POST', '/payments/notify', { outTradeNo: 'n' }, 'payments:notify'],
    ['POST', '/orders/1/reminders', undefined, 'reminders:write'],
    ['GET', '/reminder/1', undefined, 'reminders:write'],
    ['GET', '/shops/corner/notifications', undefined, 'log:read'],
    ['GET', '/shops/corner/notifications/summary', undefined, 'log:read'],
    ['GET', '/shops/corner/notifications/search?number=1', undefined, 'log:read'],
    ['GET', '/shops/corner/escalation-policy', undefined, 'policy:write log:read'],
    ['PUT', '/shops/corner/escalation-policy', {}, 'policy:write'],
    ['DELETE', '/shops/corner/escalation-policy', undefined, 'policy:write'],
    ['GET', '/metrics', undefined, 'ops'],
  ];
  for (const [method, path, body, scopes] of guarded) {
    const send = (headers: Record<string, string> = {}) => {
      const options: AskOptions = { method, headers, ...(body === undefined ? {} : { body }) };
      return ask(service.url, path, options);
    };

    it(`refuses ${method} ${path} without a token, and says what it wants`, async () => {
      const answer = await send();
      expect([answer.status, answer.headers['www-authenticate']]).to.deep.equal([401, 'Bearer']);
      if (method !== 'HEAD') expectRefusal(answer, 401, 'unauthenticated', 'Bearer');
    });

    it(`refuses ${method} ${path} with a token that is not valid`, async () => {
      const answer = await send({ authorization: 'Bearer a.b.c' });
      expect(answer.status).to.equal(401);
      expect(answer.headers['www-authenticate']).to.equal('Bearer error="invalid_token"');
    });

    it(`refuses ${method} ${path} with all scopes but ${scopes}`, async () => {
      const all = [
        'listen',
        'orders:write',
        'payments:notify',
        'reminders:write',
        'log:read',
        'policy:write',
        'ops',
      ];
      const others = all.filter((scope) => !scopes.split(' ').includes(scope)).join(' ');
      const answer = await send(await bearer(others, '*'));
      expect(answer.status).to.equal(403);
      expect(answer.headers['www-authenticate']).to.equal(
        `Bearer error="insufficient_scope", scope="${scopes}"`,
      );
    });

    it(`lets ${method} ${path} in with ${scopes}`, async () => {
      for (const scope of scopes.split(' ')) {
        const { status } = await send(await bearer(scope, '*'));
        expect([401, 403], `${scope}: ${status}`).not.to.include(status);
      }
    });
  }

  for (const path of ['/healthz', '/readyz', '/', '/nowhere']) {
    it(`leaves ${path} open`, async () => {
      expect([200, 404]).to.include((await ask(service.url, path)).status);
    });
  }

  it('refuses a wrong method and an unknown path as ever', async () => {
    expectRefusal(await ask(service.url, '/orders'), 405, 'method-not-allowed');
    expectRefusal(await post(service.url, '/nowhere'), 404, 'route-not-found');
  });

  for (const [what, token, msg] of [
    ['expired', { expiresIn: -60 }, 'the token has expired'],
    ['not valid yet', { claims: { nbf: 4e9 } }, 'the token is not valid yet'],
    [
      'signed by another',
      { key: Buffer.from('another secret of thirty-two bytes') },
      'the token is not valid',
    ],
    ['without an end', { expiresIn: null }, "the token's exp is missing or malformed"],
  ] as const) {
    it(`says that a token is ${what}`, async () => {
      const answer = await ask(service.url, '/orders/1', { headers: await bearer('log:read', '*', token) });
      expectRefusal(answer, 401, 'unauthenticated', 'Bearer error="invalid_token"');
      expect(answer.body.msg).to.equal(msg);
    });
  }

  it('takes no token from the URL, where it would end up in logs', async () => {
    const token = await makeToken({ claims: { scope: 'log:read', shop: '*' } });
    expectRefusal(await ask(service.url, `/orders/1?token=${token}`), 400, 'invalid');
  });

  it('takes none of two tokens, in one header or in two', async () => {
    const [one, two] = [
      await bearer('log:read', '*'),
      await bearer('log:read', '*', { claims: { sub: 'two' } }),
    ];
    const { hostname, port } = new URL(service.url);
    const socket = await openRawSocket(service.url);
    const lines = [one, two].map(({ authorization }) => `Authorization: ${authorization}\r\n`).join('');
    socket.write(`GET /orders/1 HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${lines}Connection: close\r\n\r\n`);
    await socket.over(5_000);
    expect(socket.heard()).to.match(/^HTTP\/1\.1 401 /);
  });

  it('refuses another scheme than Bearer', async () => {
    const authorization = `Basic ${Buffer.from('u:p').toString('base64')}`;
    expectRefusal(
      await ask(service.url, '/orders/1', { headers: { authorization } }),
      401,
      'unauthenticated',
      'Bearer',
    );
  });

  it('never repeats a token in an answer', async () => {
    const garbage = `${'x'.repeat(20)}.hunter2.y`;
    for (const path of ['/orders/1', '/orders/%zz', '/nowhere', `/orders/1?token=${garbage}`]) {
      const answer = await ask(service.url, path, { headers: { authorization: `Bearer ${garbage}` } });
      expect(answer.text + JSON.stringify(answer.headers)).not.to.contain('hunter2');
    }
  });

  it('answers before the body has come, and ends the connection', async () => {
    const socket = await openRawSocket(service.url);
    socket.write('POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"amount":');
    expect(await socket.over(5_000)).to.equal('ended');
    expect(socket.heard())
      .to.match(/^HTTP\/1\.1 401 /)
      .and.match(/\r\nConnection: close\r\n/i);
  });

  it('reads a body that comes with its headers while it looks into the token', async () => {
    const headers = await bearer('orders:write');
    const socket = await openRawSocket(service.url);
    const body = '{"amount":1}';
    const head = `POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    expect(await socket.over(5_000)).to.equal('ended');
    expect(socket.heard()).to.match(/^HTTP\/1\.1 201 /);
  });

  it('refuses a body that is too large with a token, as ever', async () => {
    const headers = await bearer('orders:write');
    expectRefusal(
      await post(service.url, '/orders', Buffer.alloc(2049, ' '), { headers }),
      413,
      'body-too-large',
    );
  });

  describe('shops', () => {
    for (const [shop, asked, made] of [
      ['corner', undefined, 'corner'],
      ['corner', 'corner', 'corner'],
      ['*', undefined, 'default'],
      ['*', 'hill', 'hill'],
      [['corner', 'hill'], 'hill', 'hill'],
      [['corner', 'default'], undefined, 'default'],
    ] as const) {
      it(`makes an order of ${made} with a token for ${shop} where ${asked ?? 'none'} is asked`, async () => {
        const headers = await bearer('orders:write', shop);
        const { status, body } = await post(
          service.url,
          '/orders',
          { shopId: asked, amount: 1 },
          { headers },
        );
        expect([status, body.data.shopId]).to.deep.equal([201, made]);
      });
    }

    for (const [shop, asked, msg] of [
      ['corner', 'hill', 'the token is not for this shop'],
      [['corner', 'hill'], undefined, 'the token is for other shops: name one of them'],
      [[], undefined, 'the token is for other shops: name one of them'],
    ] as const) {
      it(`makes no order with a token for ${JSON.stringify(shop)} where ${asked ?? 'none'} is asked`, async () => {
        const headers = await bearer('orders:write', shop);
        const answer = await post(service.url, '/orders', { shopId: asked, amount: 1 }, { headers });
        expectRefusal(answer, 403, 'forbidden');
        expect(answer.body.msg).to.equal(msg);
      });
    }

    it("shows another shop's order as one that is not there", async () => {
      const { id } = await orderOf('hill');
      const headers = await bearer('orders:write log:read', ['corner', 'market']);
      const [theirs, none] = await Promise.all(
        [id, 999_999].map((one) => ask(service.url, `/orders/${one}`, { headers })),
      );
      expectRefusal(theirs ?? expect.fail(), 404, 'order-not-found');
      expect(theirs?.text).to.equal(none?.text);
      const own = await ask(service.url, `/orders/${id}`, { headers: await bearer('log:read', 'hill') });
      expect([own.status, own.body.data.id]).to.deep.equal([200, id]);
    });

    it("does not remind of another shop's order, and says that it is not there", async () => {
      const { id, number } = await orderOf('hill');
      const paid = await post(
        service.url,
        '/payments/notify',
        { outTradeNo: number },
        { headers: await bearer('payments:notify', 'hill') },
      );
      expect(paid.status).to.equal(200);
      const strange = await bearer('reminders:write', 'corner');
      const own = await bearer('reminders:write', 'hill');
      expectRefusal(
        await post(service.url, `/orders/${id}/reminders`, undefined, { headers: strange }),
        404,
        'order-not-found',
      );
      expectRefusal(await ask(service.url, `/reminder/${id}`, { headers: strange }), 404, 'order-not-found');
      // Had one of them been recorded, this one would come too soon.
      expect(
        (await post(service.url, `/orders/${id}/reminders`, undefined, { headers: own })).status,
      ).to.equal(200);
    });

    it("neither pays nor shows another shop's order, and answers as if it were not there", async () => {
      const { id, number } = await orderOf('hill');
      const headers = await bearer('payments:notify', ['corner', 'market']);
      const pay = (notice: object) => post(service.url, '/payments/notify', notice, { headers });
      const theirs = await pay({ outTradeNo: number, transactionId: 'tx-1', amount: 100 });
      const none = await pay({ outTradeNo: 'no-such-order', transactionId: 'tx-1', amount: 100 });
      expectRefusal(theirs, 404, 'order-not-found');
      expect(theirs.text).to.equal(none.text);
      for (const outTradeNo of [number, 'no-such-order']) {
        const named = await pay({ outTradeNo, shopId: 'hill' });
        expectRefusal(named, 403, 'forbidden');
        expect(named.body.msg).to.equal('the token is not for this shop');
      }
      const own = await bearer('orders:write', 'hill');
      const shown = await ask(service.url, `/orders/${id}`, { headers: own });
      expect(shown.body.data).to.include({ status: 1, payStatus: 0 });

      // Also not once it is paid: a repeat would bring it back.
      const hill = { headers: await bearer('payments:notify', 'hill') };
      const paid = await post(service.url, '/payments/notify', { outTradeNo: number }, hill);
      expect([paid.status, paid.body.data.id]).to.deep.equal([200, id]);
      expect((await pay({ outTradeNo: number, transactionId: 'tx-1', amount: 100 })).text).to.equal(
        none.text,
      );
    });

    it("pays the token's own order of a number that another shop took first", async () => {
      const all = { headers: await bearer('orders:write', '*') };
      const number = 'squatted';
      const make = async (shopId: string) =>
        (await post(service.url, '/orders', { number, shopId, amount: 100 }, all)).body.data;
      const [squatter, victim] = [await make('hill'), await make('corner')];
      const headers = await bearer('payments:notify', 'corner');
      const paid = await post(service.url, '/payments/notify', { outTradeNo: number }, { headers });
      expect([paid.status, paid.body.data.id]).to.deep.equal([200, victim.id]);
      const shown = await ask(service.url, `/orders/${squatter.id}`, all);
      expect(shown.body.data).to.include({ status: 1, payStatus: 0 });
    });

    it('forbids payments with a token that is for no shop', async () => {
      const headers = await bearer('payments:notify', []);
      const answer = await post(service.url, '/payments/notify', { outTradeNo: 'any' }, { headers });
      expectRefusal(answer, 403, 'forbidden');
    });

    it("forbids another shop's log, known or not", async () => {
      const headers = await bearer('log:read', 'corner');
      for (const shop of ['hill', 'unheard-of']) {
        for (const part of ['', '?from=2025-03-06T00:00:00Z', '/summary', '/search?number=1']) {
          const answer = await ask(service.url, `/shops/${shop}/notifications${part}`, { headers });
          expectRefusal(answer, 403, 'forbidden');
        }
      }
      expect((await ask(service.url, '/shops/corner/notifications', { headers })).status).to.equal(200);
    });
  });
});

describe('HTTP without authentication', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  it('takes no notice of tokens, good or bad', async () => {
    const service = await around.serve();
    const headers = { authorization: 'Bearer whatever' };
    expect((await post(service.url, '/orders', { amount: 1 }, { headers })).status).to.equal(201);
    expect((await ask(service.url, '/shops/any/notifications')).status).to.equal(200);
  });
});
