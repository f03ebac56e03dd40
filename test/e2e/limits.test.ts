/** What one client may cost: each limit is answered clearly, is nobody else's trouble, and passes. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Answer, ask, post } from '../support/http-client.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

describe('limits', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.clear());
  after(() => around.tearDown());

  function expectRefusal({ status, body, headers }: Answer, expected: number, reason: string): void {
    expect([status, body.code, body.reason, body.data]).to.deep.equal([expected, 0, reason, null]);
    expect(Number(headers['retry-after'])).to.be.at.least(1);
  }
  /** The answer to an upgrade that is refused. */
  const tryUpgrade = (service: Service, path: string, headers: Record<string, string> = {}) =>
    ask(service.url, path, { headers: { ...UPGRADE, ...headers } });

  describe('for requests', () => {
    const FIVE = { LIMITS_REQUESTS_PER_SECOND: '5', LIMITS_REQUEST_BURST: '0' };
    const answers = (url: string, paths: string[], options = {}) =>
      Promise.all(paths.map((path) => ask(url, path, options)));

    it('of one address are answered 429 above the rate, and the next second is free again', async () => {
      const service = await around.serve(FIVE);
      const all = await answers(service.url, Array(30).fill('/healthz'));
      const refused = all.filter(({ status }) => status === 429);
      expect(refused.length).to.be.at.least(20); // 30 requests meet two windows at the most
      for (const answer of refused) expectRefusal(answer, 429, 'too-many-requests');
      expect(all.filter(({ status }) => status === 200).length).to.equal(30 - refused.length);
      await eventually(async () => expect((await ask(service.url, '/healthz')).status).to.equal(200));
    });

    it('count every request: those to nowhere, those with a body, and upgrades', async () => {
      const service = await around.serve(FIVE);
      // Tried again where a slow machine spreads the requests over several seconds.
      await eventually(async () => {
        await answers(service.url, Array(30).fill('/nowhere'));
        const [order, upgrade, page] = await Promise.all([
          post(service.url, '/orders', { amount: 1 }),
          tryUpgrade(service, '/ws/till'),
          ask(service.url, '/orders/1', { method: 'DELETE' }),
        ]);
        for (const answer of [order, upgrade, page]) expectRefusal(answer, 429, 'too-many-requests');
        expect(order.headers.connection, 'its body may still be on its way').to.equal('close');
      });
    });

    it('let a burst through', async () => {
      const service = await around.serve({ LIMITS_REQUESTS_PER_SECOND: '1', LIMITS_REQUEST_BURST: '20' });
      const all = await answers(service.url, Array(40).fill('/healthz'));
      expect(all.filter(({ status }) => status === 200).length).to.be.within(21, 25);
    });

    it('take the address of a client from our proxy, and from nobody else', async () => {
      const flood = Array(30).fill('/healthz');
      const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
      const behind = await around.serve({ ...FIVE, HTTP_TRUSTED_PROXIES: '127.0.0.0/8' });
      const statusOf = async (url: string, address: string) =>
        (await ask(url, '/healthz', from(address))).status;
      await eventually(async () => {
        await answers(behind.url, flood, from('203.0.113.1'));
        expect(await statusOf(behind.url, '203.0.113.1')).to.equal(429);
        expect(await statusOf(behind.url, '203.0.113.2, 203.0.113.1'), 'invented').to.equal(429);
      });
      expect(await statusOf(behind.url, '203.0.113.1, 203.0.113.2')).to.equal(200);

      const direct = await around.serve(FIVE);
      await eventually(async () => {
        await answers(direct.url, flood, from('203.0.113.1'));
        expect(await statusOf(direct.url, '203.0.113.2')).to.equal(429);
      });
    });
  });

  describe('for a client that speaks the PROXY protocol', () => {
    it('are the same: it changes nothing', async () => {
      const service = await around.serve({ LIMITS_REQUESTS_PER_SECOND: '5', LIMITS_REQUEST_BURST: '0' });
      await eventually(async () => {
        const raws = await Promise.all(
          Array.from({ length: 30 }, async (_, n) => {
            const raw = await openRawSocket(service.url);
            // Version 2, TCP over IPv4, 12 bytes: from 203.0.113.n to 127.0.0.1.
            raw.write(Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex'));
            raw.write(Buffer.from([203, 0, 113, n, 127, 0, 0, 1, 0, 80, 0, 80]));
            raw.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
            return raw;
          }),
        );
        await eventually(() => expect(raws.every((raw) => raw.heard() !== '')).to.equal(true));
        for (const raw of raws) await raw.over(0);
        expect(raws.filter((raw) => raw.heard().includes(' 429 ')).length).to.be.at.least(20);
      });
    });
  });

  describe('for bodies', () => {
    it('are answered 408 when they take too long, and the connection is closed', async () => {
      const service = await around.serve({ HTTP_BODY_SECONDS: '1' });
      for (const framing of ['Content-Length: 1000\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n3e8\r\n']) {
        const raw = await openRawSocket(service.url);
        raw.write(`POST /orders HTTP/1.1\r\nHost: x\r\n${framing}{"amount":`);
        const drip = setInterval(() => raw.write(' '), 50);
        expect(await raw.over(5_000)).to.equal('ended');
        clearInterval(drip);
        expect(raw.heard()).to.match(/^HTTP\/1\.1 408 /);
        expect(raw.heard())
          .to.include('"reason":"body-too-slow"')
          .and.to.match(/connection: close/i);
      }
      expect((await post(service.url, '/orders', { amount: 1 })).status).to.equal(201);
    });
  });

  describe('for sockets', () => {
    /** Opens so many and resolves with those that got in; the others are refused with `status`. */
    async function crowd(service: Service, count: number, status: number, shopOf: (n: number) => string) {
      const settled = await Promise.allSettled(
        Array.from({ length: count }, (_, n) =>
          around.open(service, `till-${n}`, { ...PLAIN, query: { shop: shopOf(n) } }),
        ),
      );
      const open: SocketClient[] = [];
      for (const one of settled) {
        if (one.status === 'fulfilled') open.push(one.value);
        else expect(one.reason.message).to.equal(`refused with ${status}`);
      }
      return open;
    }

    for (const [what, variable, status, reason, shopOf] of [
      ['of one address', 'ADDRESS', 429, 'too-many-requests', (n: number) => `shop-${n % 3}`],
      ['of one shop', 'SHOP', 429, 'too-many-requests', () => 'corner'],
      ['in all', '', 503, 'unavailable', (n: number) => `shop-${n % 3}`],
    ] as const) {
      it(`${what} are refused above the limit, upgrades in progress included, until one leaves`, async () => {
        const name = variable === '' ? 'LIMITS_CONNECTIONS' : `LIMITS_CONNECTIONS_PER_${variable}`;
        const service = await around.serve({ [name]: '5' });
        const open = await crowd(service, 20, status, shopOf);
        expect(open).to.have.length(5);
        const refused = async () =>
          expectRefusal(await tryUpgrade(service, `/ws/later?shop=${shopOf(0)}`), status, reason);
        await refused();
        expect((await ask(service.url, '/healthz')).status, 'requests go on').to.equal(200);

        await open[0]?.close();
        await eventually(() => around.open(service, 'late', { ...PLAIN, query: { shop: shopOf(0) } }));
        await refused();
      });
    }

    it('of another shop, and of another address, are not refused', async () => {
      const service = await around.serve({
        LIMITS_CONNECTIONS_PER_SHOP: '2',
        LIMITS_CONNECTIONS_PER_ADDRESS: '3',
        HTTP_TRUSTED_PROXIES: '127.0.0.1',
      });
      const join = (sid: string, shop: string) => around.open(service, sid, { ...PLAIN, query: { shop } });
      await join('a', 'full');
      await join('b', 'full');
      await join('c', 'other');
      const elsewhere = { 'X-Forwarded-For': '203.0.113.9' };
      expectRefusal(await tryUpgrade(service, '/ws/d?shop=other'), 429, 'too-many-requests');
      expectRefusal(await tryUpgrade(service, '/ws/d?shop=full', elsewhere), 429, 'too-many-requests');
      const raw = await openRawSocket(service.url);
      raw.write(
        `GET /ws/d?shop=other HTTP/1.1\r\nHost: x\r\n${Object.entries({ ...UPGRADE, ...elsewhere })
          .map(([header, value]) => `${header}: ${value}\r\n`)
          .join('')}\r\n`,
      );
      await eventually(() => expect(raw.heard()).to.match(/^HTTP\/1\.1 101 /));
      await raw.over(0);
    });

    it('whose upgrade is refused or broken off hold no place', async () => {
      const service = await around.serve({ LIMITS_CONNECTIONS_PER_ADDRESS: '2' });
      for (let round = 0; round < 10; round++) {
        await tryUpgrade(service, '/ws/till?since=x');
        const raw = await openRawSocket(service.url);
        raw.write(
          `GET /ws/till?shop=broken-${round} HTTP/1.1\r\nHost: x\r\n${Object.entries(UPGRADE)
            .map(([header, value]) => `${header}: ${value}\r\n`)
            .join('')}\r\n`,
        );
        raw.socket.resetAndDestroy();
      }
      await eventually(async () => {
        const a = await around.open(service, 'a', PLAIN);
        const b = await around.open(service, 'b', PLAIN).finally(() => a.close());
        await b.close();
      });
    });

    it('of a new shop are refused above the limit without leaving a row, those of known ones are not', async () => {
      const { rows } = await around.database.pool.query('SELECT count(*)::int AS before FROM shops');
      const service = await around.serve({ LIMITS_NEW_SHOPS_PER_MINUTE: '3' });
      const join = (shop: string) => around.open(service, 'till', { ...PLAIN, query: { shop } });
      for (const shop of ['new-1', 'new-2', 'new-3']) await (await join(shop)).close();
      for (let n = 4; n < 30; n++) {
        expectRefusal(await tryUpgrade(service, `/ws/till?shop=new-${n}`), 429, 'too-many-requests');
      }
      await around.pay('paid-for', 1, 1);
      await eventually(() => join('paid-for'));
      await join('new-1');
      const after = await around.database.pool.query('SELECT count(*)::int FROM shops');
      expect(after.rows[0].count - rows[0].before).to.equal(4);
    });
  });

  describe('for connections', () => {
    it('close those that one address opens too fast, and take new ones after a while', async () => {
      const service = await around.serve({ LIMITS_CONNECTS_PER_SECOND: '2' });
      const crowd = await Promise.all(Array.from({ length: 60 }, () => openRawSocket(service.url)));
      for (const raw of crowd) raw.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await eventually(() => {
        const outcomes = crowd.map((raw) =>
          raw.heard().startsWith('HTTP/1.1 200') ? 'answered' : raw.ended(),
        );
        expect(outcomes.filter((outcome) => outcome === 'answered')).to.have.length(20);
        expect(outcomes.filter((outcome) => outcome === true)).to.have.length(40);
      });
      for (const raw of crowd) await raw.over(0);
      await eventually(async () => expect((await ask(service.url, '/healthz')).status).to.equal(200), 15_000);
    }).timeout(30_000);

    it('take those of our proxy as fast as they come', async () => {
      const service = await around.serve({
        LIMITS_CONNECTS_PER_SECOND: '1',
        HTTP_TRUSTED_PROXIES: '127.0.0.1',
      });
      for (let n = 0; n < 30; n++) expect((await ask(service.url, '/healthz')).status).to.equal(200);
    });
  });
});
