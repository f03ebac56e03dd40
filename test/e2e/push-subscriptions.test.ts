/** Subscriptions to Web Push over HTTP, and an escalation that reaches a browser by them. */

import { createECDH, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { JWTPayload } from 'jose';
import webPush from 'web-push';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import { type PushEndpoint, startPushEndpoint } from '../support/push-endpoint.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

const KEYS = webPush.generateVAPIDKeys();
const VAPID = {
  ESCALATION_VAPID_PUBLIC_KEY: KEYS.publicKey,
  ESCALATION_VAPID_PRIVATE_KEY: KEYS.privateKey,
  ESCALATION_VAPID_SUBJECT: 'mailto:ops@shops.example',
};

function browser(endpoint = 'https://push.example/abc') {
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  const keys = { p256dh: curve.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') };
  return { endpoint, expirationTime: null, keys };
}

describe('subscriptions to Web Push', () => {
  let around: Surroundings;
  let service: Service;
  let push: PushEndpoint;
  before(async () => {
    around = await createSurroundings();
    push = await startPushEndpoint(KEYS.publicKey);
    service = await around.serve({ ...VAPID, ESCALATION_PUSH_SUBSCRIPTIONS_PER_SHOP: '2' });
  });
  after(async () => {
    await around.tearDown();
    await push.close();
  });

  const path = (shop: string, id = '') => `/shops/${shop}/push-subscriptions${id === '' ? '' : `/${id}`}`;
  const subscribe = (shop: string, body: unknown) => post(service.url, path(shop), body);

  it('are offered with the public key', async () => {
    expect((await ask(service.url, '/console.json')).body.data).to.deep.equal({
      vapidPublicKey: KEYS.publicKey,
      pairing: false,
      orderUrl: null,
    });
  });

  it('are kept once, up to as many as a shop may have, and end', async () => {
    const first = await subscribe('a', browser());
    expect([first.status, (await subscribe('a', browser())).body.data]).to.deep.equal([201, first.body.data]);
    await subscribe('a', browser('https://push.example/two'));
    const third = await subscribe('a', browser('https://push.example/three'));
    expect([third.status, third.body.reason]).to.deep.equal([409, 'too-many-subscriptions']);
    const { id } = first.body.data;
    expect((await ask(service.url, path('b', id), { method: 'DELETE' })).status).to.equal(404);
    expect((await ask(service.url, path('a', id), { method: 'DELETE' })).status).to.equal(200);
    expect((await ask(service.url, path('a', id), { method: 'DELETE' })).body.reason).to.equal(
      'subscription-not-found',
    );
    expect((await subscribe('a', browser('https://push.example/three'))).status).to.equal(201);
  });

  const good = browser();
  const WRONG: readonly [title: string, body: unknown, msg: RegExp][] = [
    ['no endpoint', { keys: good.keys }, /endpoint/],
    ['plain HTTP', browser('http://push.example/a'), /^endpoint: must be an https/],
    ['a private address', browser('https://10.0.0.1/a'), /^endpoint: must be at a public address/],
    ['an address of this machine', browser('https://127.1/a'), /public address/],
    ['a mapped address', browser('https://[::ffff:10.0.0.1]/a'), /public address/],
    ['a name of this machine', browser('https://localhost/a'), /public address/],
    ['a user in it', browser('https://me:secret@push.example/a'), /without a user/],
    ['no URL', browser('https://'), /endpoint/],
    ['a long one', browser(`https://push.example/${'x'.repeat(1_000)}`), /endpoint/],
    ['a short key', { ...good, keys: { ...good.keys, p256dh: 'BAAA' } }, /p256dh/],
    [
      'a key off the curve',
      { ...good, keys: { ...good.keys, p256dh: `B${'A'.repeat(86)}` } },
      /must be a point of P-256/,
    ],
    ['a short secret', { ...good, keys: { ...good.keys, auth: 'AAAA' } }, /auth/],
    ['another field', { ...good, shop: 'b' }, /./],
  ];
  for (const [title, body, msg] of WRONG) {
    it(`are refused with ${title}`, async () => {
      const answer = await subscribe('wrong', body);
      expect([answer.status, answer.body.reason]).to.deep.equal([422, 'invalid']);
      expect(answer.body.msg).to.match(msg);
    });
  }

  it('are not offered where there are no keys', async () => {
    const bare = await around.serve();
    expect((await ask(bare.url, '/console.json')).body.data).to.deep.equal({
      vapidPublicKey: null,
      pairing: false,
      orderUrl: null,
    });
    expect((await post(bare.url, path('a'), browser())).body.reason).to.equal('route-not-found');
  });

  it('need a token that may listen in the shop', async () => {
    const guarded = await around.serve({ ...VAPID, ...WITH_SECRET });
    const as = async (claims: JWTPayload) =>
      ask(guarded.url, path('a'), {
        method: 'POST',
        body: browser('https://push.example/guarded'),
        headers: { authorization: `Bearer ${await makeToken({ claims })}` },
      });
    expect((await post(guarded.url, path('a'), browser())).status).to.equal(401);
    expect((await as({ shop: 'a', scope: 'log:read' })).status).to.equal(403);
    expect((await as({ shop: 'b', scope: 'listen' })).status).to.equal(403);
    expect((await as({ shop: 'a', scope: 'listen', sub: 'till-7' })).status).to.equal(201);
    const { rows } = await around.database.pool.query(
      `SELECT subject FROM push_subscriptions WHERE endpoint LIKE '%/guarded'`,
    );
    expect(rows).to.deep.equal([{ subject: 'till-7' }]);
  });

  it('bring an alert to a browser that is not acknowledged in time', async () => {
    const policy = {
      steps: [{ afterSeconds: 1, when: 'unacknowledged', targets: ['tills'] }],
      expireAfterSeconds: 600,
    };
    const escalating = await around.serve({
      ...VAPID,
      ESCALATION_ALLOW_PRIVATE_TARGETS: 'true',
      ESCALATION_TARGETS: JSON.stringify({ tills: { kind: 'web-push' } }),
      ESCALATION_POLICY: JSON.stringify(policy),
    });
    const subscription = push.subscribe('browser');
    expect((await post(escalating.url, path('pushed'), subscription)).status).to.equal(201);
    await around.pay('pushed', 1, 1);
    await eventually(() => expect(push.pushes).to.have.length(1), 15_000);
    expect(push.faults).to.deep.equal([]);
    expect(push.pushes[0]?.message).to.include({ kind: 'escalation', shop: 'pushed', seq: 1, type: 1 });
  });
});
