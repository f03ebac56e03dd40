/** Who may listen: each way to carry a token, and each way to be refused before the upgrade. */

import { expect } from 'chai';
import { type Attempt, attempt } from '../support/attempt.ts';
import { eventually } from '../support/eventually.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { V1 } from '../support/socket-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

describe('a socket with a token', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ ...WITH_SECRET, AUTH_ISSUER: 'us', AUTH_AUDIENCE: 'bell' });
  });
  after(() => around.tearDown());

  const ours = { iss: 'us', aud: 'bell' };
  const mint = (claims: object = {}, over: object = {}) =>
    makeToken({ claims: { ...ours, ...claims }, ...over });

  const carriers: [string, (token: string) => Attempt][] = [
    ['the header Authorization', (token) => ({ headers: { authorization: `Bearer ${token}` } })],
    ['a subprotocol beside ours', (token) => ({ protocols: [V1, `bearer.${token}`] })],
    ['a subprotocol before ours', (token) => ({ protocols: [`bearer.${token}`, V1] })],
    [
      'both, if it is the same',
      (token) => ({ headers: { authorization: `Bearer ${token}` }, protocols: [V1, `bearer.${token}`] }),
    ],
  ];
  for (const [what, carry] of carriers) {
    it(`is let in with it in ${what}, to the token's shop, and is answered with ours alone`, async () => {
      const outcome = await attempt(service.url, carry(await mint()));
      expect([outcome.status, outcome.protocol, outcome.ready?.shop]).to.deep.equal([101, V1, 'corner']);
    });

    it(`is refused with a wrong one in ${what}`, async () => {
      const { status, body, headers } = await attempt(service.url, carry(await mint({ iss: 'them' })));
      expect([status, JSON.parse(body).reason]).to.deep.equal([401, 'unauthenticated']);
      expect(headers['www-authenticate']).to.equal('Bearer');
    });
  }

  it('gets plain frames where it offers the plain subprotocol beside its token', async () => {
    const outcome = await attempt(service.url, { protocols: ['orderbell.plain', `bearer.${await mint()}`] });
    expect([outcome.status, outcome.protocol]).to.deep.equal([101, 'orderbell.plain']);
  });

  it('is never answered with its token as the subprotocol', async () => {
    const token = await mint();
    const raw = await openRawSocket(service.url);
    const lines = [
      'GET /ws/till HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Protocol: bearer.${token}`,
    ];
    raw.write(`${lines.join('\r\n')}\r\n\r\n`);
    await eventually(() => expect(raw.heard()).to.match(/^HTTP\/1\.1 101 /));
    expect(raw.heard()).not.to.match(/sec-websocket-protocol/i);
    raw.socket.destroy();
  });

  const refused: [string, () => Promise<Attempt>, number, string][] = [
    ['without one', async () => ({}), 401, 'a token is required'],
    ['with garbage', async () => ({ token: 'garbage' }), 401, 'the token is not valid'],
    ['with an empty one', async () => ({ token: '' }), 401, 'the token is not valid'],
    [
      'with an expired one',
      async () => ({ token: await mint({}, { expiresIn: -60 }) }),
      401,
      'the token has expired',
    ],
    [
      'with one that never expires',
      async () => ({ token: await mint({}, { expiresIn: null }) }),
      401,
      "the token's exp is missing or malformed",
    ],
    [
      'with one for later',
      async () => ({ token: await mint({ nbf: 4e9 }) }),
      401,
      'the token is not valid yet',
    ],
    [
      'with one of another issuer',
      async () => ({ token: await mint({ iss: 'them' }) }),
      401,
      'the token is from another issuer',
    ],
    [
      'with one for another audience',
      async () => ({ token: await mint({ aud: 'them' }) }),
      401,
      'the token is for another audience',
    ],
    [
      'with one of another secret',
      async () => ({ token: await mint({}, { key: Buffer.alloc(32) }) }),
      401,
      'the token is not valid',
    ],
    [
      'with one that may not listen',
      async () => ({ token: await mint({ scope: 'ops log:read' }) }),
      403,
      'the token lacks the scope listen',
    ],
    [
      'to another shop',
      async () => ({ query: 'shop=hill', token: await mint() }),
      403,
      'the token is not for this shop',
    ],
    [
      'to none of its shops',
      async () => ({ token: await mint({ shop: ['a', 'b'] }) }),
      403,
      'the token is for other shops: name one of them',
    ],
    [
      'with two',
      async () => ({
        token: await mint(),
        protocols: [V1, `bearer.${await mint({ shop: '*' })}`],
      }),
      400,
      'more than one token: send one',
    ],
    [
      'with two in subprotocols',
      async () => ({ protocols: [V1, `bearer.${await mint()}`, 'bearer.x'] }),
      400,
      'more than one token: send one',
    ],
    [
      'and with what is malformed besides',
      async () => ({ query: 'since=x', token: await mint() }),
      400,
      'since must be a whole number from 0',
    ],
  ];
  for (const [what, make, status, msg] of refused) {
    it(`is refused ${what}, before the upgrade`, async () => {
      const outcome = await attempt(service.url, await make());
      expect([outcome.status, JSON.parse(outcome.body).msg]).to.deep.equal([status, msg]);
    });
  }

  it('is let in to the one of its shops that it names, or to the default', async () => {
    const shops = ['corner', 'hill', 'default'];
    const token = await mint({ shop: shops });
    for (const shop of shops) {
      const { ready } = await attempt(service.url, { query: `shop=${shop}`, token });
      expect(ready?.shop).to.equal(shop);
    }
    expect((await attempt(service.url, { token })).ready?.shop).to.equal('default');
    const all = await mint({ shop: '*' });
    expect((await attempt(service.url, { query: 'shop=any', token: all })).ready?.shop).to.equal('any');
  });

  it('takes over from the only session there is, which is told so at once', async () => {
    const token = await mint();
    const older = await around.open(service, 'same', { token });
    const newer = await around.open(service, 'same', { token });
    expect(await older.closed).to.equal(4001);
    expect(await newer.next()).to.have.property('kind', 'ready');
  }).timeout(5_000);

  it('acknowledges with no other scope than listen', async () => {
    await around.pay('corner', 1, 1);
    const token = await mint();
    const client = await around.open(service, 'till', { query: { since: 0 }, token });
    const { seq } = await client.nextOf('notification');
    client.send({ kind: 'ack', seq });
    expect(await client.nextOf('receipt')).to.include({ seq, sid: 'till' });
  });
});

describe('the origin of a page', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  it('has to be among those that are allowed, with a token or not', async () => {
    const { url } = await around.serve({
      GATEWAY_ALLOWED_ORIGINS: 'https://shop.example,https://*.bell.example',
    });
    const statusOf = async (headers: Record<string, string>) => (await attempt(url, { headers })).status;
    expect(await statusOf({ origin: 'https://shop.example' })).to.equal(101);
    expect(await statusOf({ origin: 'https://a.bell.example' })).to.equal(101);
    expect(await statusOf({}), 'no page').to.equal(101);
    for (const origin of [
      'https://evil.example',
      'https://shop.example.evil.example',
      'null',
      'https://bell.example',
    ]) {
      const { status, body } = await attempt(url, { headers: { origin } });
      expect([status, JSON.parse(body).msg], origin).to.deep.equal([403, 'this origin may not listen']);
    }
  });

  it('may be any by default', async () => {
    const { url } = await around.serve();
    expect((await attempt(url, { headers: { origin: 'https://any.example' } })).status).to.equal(101);
  });
});
