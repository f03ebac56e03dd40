/** Web Push against a push service that decrypts what browsers would get. */

import { expect } from 'chai';
import webPush from 'web-push';
import { saveSubscription } from '../../../src/escalation/deliveries/push-subscriptions.ts';
import { createDeliveryBench, type DeliveryBench } from '../../support/deliveries.ts';
import { eventually } from '../../support/eventually.ts';
import { type PushEndpoint, startPushEndpoint } from '../../support/push-endpoint.ts';

const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:ops@shops.example' };

describe('deliveries by Web Push', () => {
  let bench: DeliveryBench;
  let push: PushEndpoint;
  before(async () => {
    bench = await createDeliveryBench();
  });
  beforeEach(async () => {
    push = await startPushEndpoint(vapid.publicKey);
  });
  afterEach(async () => {
    await bench.clear();
    await push.close();
  });
  after(() => bench.tearDown());

  const send = (over: object = {}) => bench.send({ tills: { kind: 'web-push' } }, { vapid, ...over });
  const subscribe = (browser: string, shopId = 'shop', most = 20) =>
    saveSubscription(
      bench.database.pool,
      { ...push.subscribe(browser), shopId, subject: undefined, language: 'zh' },
      most,
    );
  const becomes = (id: string, ...expected: (string | null)[]) =>
    eventually(async () => {
      const { state, reason, last_result } = await bench.row(id);
      expect([state, reason, last_result]).to.deep.equal(expected);
    });
  const endpoints = async () => {
    const { rows } = await bench.database.pool.query(
      'SELECT endpoint FROM push_subscriptions ORDER BY endpoint',
    );
    return rows.map(({ endpoint }) => endpoint.split('/').at(-1));
  };

  it('reach every browser of the shop and no other, encrypted for each and signed', async () => {
    await subscribe('a');
    await subscribe('b');
    await subscribe('c', 'other');
    send();
    const id = await bench.deliver('tills', { shopId: 'shop' });
    await becomes(id, 'delivered', null, '201, 2 of 2');
    expect(push.faults).to.deep.equal([]);
    expect(push.pushes.map(({ browser }) => browser).toSorted()).to.deep.equal(['a', 'b']);
    const [first] = push.pushes;
    expect(first?.message).to.deep.include({
      kind: 'escalation',
      shop: 'shop',
      type: 1,
      orderId: 1024,
      content: 'An order',
      language: 'zh',
    });
    expect(first?.vapid).to.include({ aud: push.origin, sub: 'mailto:ops@shops.example' });
    expect(first?.vapid.exp).to.be.within(Date.now() / 1000, Date.now() / 1000 + 86_400);
    expect(first?.headers).to.include({ urgency: 'high', 'content-encoding': 'aes128gcm' });
    expect(Number(first?.headers.ttl)).to.be.within(880, 900);
    expect(bench.observed).to.deep.equal(['web-push 2xx', 'web-push delivered']);
  });

  it('have one topic for all steps of an alert, and another for another alert', async () => {
    await subscribe('a');
    send();
    const body = (await bench.database.pool.query(`SELECT '{"timestamp":"t","data":{}}' AS body`)).rows[0]
      .body;
    for (const [seq, step] of [
      [7001, 1],
      [7001, 2],
      [7002, 1],
    ] as const) {
      await becomes(
        await bench.deliver('tills', { body, step: { seq, cycle: 0, step } }),
        'delivered',
        null,
        '201, 1 of 1',
      );
    }
    const topics = push.pushes.map(({ headers }) => String(headers.topic));
    expect(topics[0]).to.match(/^[A-Za-z0-9_-]{32}$/);
    expect([topics[1] === topics[0], topics[2] === topics[0]]).to.deep.equal([true, false]);
  });

  it('stay below what a push service takes, whatever the content', async () => {
    await subscribe('a');
    send();
    const data = { shopId: 'shop', seq: 1, type: 1, orderId: 1, content: '订😀'.repeat(16_000) };
    const body = JSON.stringify({ type: 'notification.escalated', timestamp: 't', data });
    await becomes(await bench.deliver('tills', { body }), 'delivered', null, '201, 1 of 1');
    expect(push.pushes[0]?.message).to.have.property('content', '订😀'.repeat(150));
    expect(Number(push.pushes[0]?.headers['content-length'])).to.be.below(4_096);
  });

  it('remove subscriptions that the push service has forgotten, of every shop, and are made by the others', async () => {
    for (const browser of ['a', 'b', 'c']) await subscribe(browser);
    push.answer('a', 404);
    push.answer('b', 410);
    await bench.database.pool.query(
      `INSERT INTO push_subscriptions (shop_id, endpoint, keys) SELECT 'other', endpoint, keys FROM push_subscriptions`,
    );
    send();
    await becomes(await bench.deliver('tills'), 'delivered', null, '201, 1 of 3');
    expect(await endpoints()).to.deep.equal(['c', 'c']);
  });

  it('end where the shop has no subscription, or none that is still known', async () => {
    send();
    await becomes(await bench.deliver('tills'), 'ended', 'no-subscription', 'none');
    await subscribe('a');
    push.answer('a', 410);
    await becomes(await bench.deliver('tills'), 'ended', 'no-subscription', 'none');
    expect(await endpoints()).to.deep.equal([]);
  });

  it('are tried again where none was taken, after the longest Retry-After', async () => {
    await subscribe('a');
    await subscribe('b');
    push.answer('a', 429, { 'retry-after': '60' });
    push.answer('b', 500);
    send();
    const id = await bench.deliver('tills');
    await eventually(async () => expect((await bench.row(id)).last_result).to.match(/^(429, 500|500, 429)$/));
    expect((await bench.row(id)).due_in).to.be.within(60, 62);
    push.answer('b', 201);
    await bench.hasten(id);
    await becomes(id, 'delivered', null, '201, 1 of 2');
    expect(await endpoints()).to.deep.equal(['a', 'b']);
  });

  it('remove a subscription with keys that cannot be used', async () => {
    await subscribe('a');
    const point = `B${'A'.repeat(86)}`;
    await bench.database.pool.query(
      `UPDATE push_subscriptions SET keys = jsonb_set(keys, '{p256dh}', to_jsonb($1::text))`,
      [point],
    );
    send();
    await becomes(await bench.deliver('tills'), 'ended', 'no-subscription', 'none');
    expect(await endpoints()).to.deep.equal([]);
  });

  it('go to no private address unless it is allowed', async () => {
    await subscribe('a');
    send({ allowsPrivate: false });
    await becomes(await bench.deliver('tills'), 'pending', null, 'address-refused');
    expect(push.pushes).to.deep.equal([]);
  });

  it('keep a subscription once, renewed under its id, and no more of a shop than it may have', async () => {
    const subscription = { ...push.subscribe('a'), shopId: 'shop', subject: 'till', language: 'en' };
    const { pool } = bench.database;
    const first = await saveSubscription(pool, subscription, 2);
    await subscribe('b', 'shop', 2);
    expect(await saveSubscription(pool, { ...subscription, language: 'zh' }, 2)).to.deep.equal(first);
    expect(await subscribe('c', 'shop', 2)).to.deep.equal({ outcome: 'too-many' });
    expect(await subscribe('c', 'other', 2)).to.have.property('outcome', 'saved');
    const many = await Promise.all(['d', 'e', 'f', 'g'].map((browser) => subscribe(browser, 'crowd', 2)));
    expect(many.filter(({ outcome }) => outcome === 'saved')).to.have.length(2);
  });
});
