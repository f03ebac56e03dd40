/** Callbacks of WeChat Pay and Alipay, through the whole service: what pays and rings, what is an incident, what goes back. */

import { expect } from 'chai';
import type { Incident } from '../../src/domain/incident.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, ask, post } from '../support/http-client.ts';
import { scrape } from '../support/metrics.ts';
import {
  type ProviderFiles,
  TEST_PROVIDERS,
  type TestProvider,
  writeProviderFiles,
} from '../support/payments/callback-service.ts';
import { transaction, wechatNotice } from '../support/payments/providers.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

let around: Surroundings;
let files: ProviderFiles;
let service: Service;

describe('callbacks of payment providers', () => {
  before(async () => {
    files = writeProviderFiles();
    around = await createSurroundings();
    service = await around.serve(files.env);
  });
  beforeEach(() => around.database.pool.query('TRUNCATE payment_incidents, payment_refunds'));
  after(async () => {
    await around.tearDown();
    files.remove();
  });

  for (const provider of TEST_PROVIDERS) describe(`of ${provider.name}`, () => describeProvider(provider));

  it('are counted by provider and by what came of them', async () => {
    const [wechat] = TEST_PROVIDERS;
    const { number } = await create();
    const value = async (result: string) =>
      (await scrape(service.url)).value('orderbell_payment_callbacks_total', {
        provider: 'wechat',
        result,
      }) ?? 0;
    const before = [await value('paid'), await value('unverified')];
    await wechat?.pay(service.url, { number, transaction: `count-${number}` });
    await wechat?.forge(service.url, { number, transaction: `count-${number}` });
    expect([await value('paid'), await value('unverified')]).to.deep.equal(before.map((one) => one + 1));
  });

  it('that are signed, and not for us or not to be opened, are incidents that come again', async () => {
    const now = Date.now();
    const notices = [
      wechatNotice(transaction({ mchid: '1' }), { now }),
      wechatNotice(transaction({ appid: 'wx-other' }), { now }),
      wechatNotice(transaction(), { now, apiV3Key: 'x'.repeat(32) }),
      wechatNotice(transaction({ amount: { total: 4200, currency: 'HKD' } }), { now }),
      // What Postgres takes in no text.
      wechatNotice(transaction({ mchid: '2', attach: 'a\u0000b\ud800c' }), { now }),
    ];
    const statuses: number[] = [];
    for (const { headers, body } of notices) {
      const path = '/payments/wechat/notify';
      statuses.push((await ask(service.url, path, { method: 'POST', headers, body })).status);
    }
    expect(statuses).to.deep.equal([500, 500, 500, 204, 500]);
    const recorded = await incidents();
    expect(recorded.map(({ kind, times }) => [kind, times])).to.deep.equal([
      ['other-merchant', 2],
      ['other-application', 1],
      ['unreadable', 1],
      ['other-currency', 1],
    ]);
    expect(recorded[2]).to.include({
      orderNumber: '',
      transactionId: 'EV-2018022511223320873',
      amount: null,
    });
  });

  it('whose signature is false on purpose are refused, and counted apart', async () => {
    const { headers, body } = wechatNotice(transaction(), { now: Date.now() });
    const probe = {
      ...headers,
      'wechatpay-signature': `WECHATPAY/SIGNTEST/${headers['wechatpay-signature']}`,
    };
    const answer = await ask(service.url, '/payments/wechat/notify', {
      method: 'POST',
      headers: probe,
      body,
    });
    expect([answer.status, answer.body.code]).to.deep.equal([401, 'FAIL']);
    const labels = { provider: 'wechat', result: 'probe' };
    expect((await scrape(service.url)).value('orderbell_payment_callbacks_total', labels)).to.equal(1);
  });

  it('are taken only of the providers that are configured', async () => {
    const alone = await around.serve({ ...files.env, PAYMENTS_PROVIDERS: 'alipay' });
    for (const path of ['/payments/notify', '/payments/wechat/notify']) {
      expect((await post(alone.url, path, {})).status, path).to.equal(404);
    }
    expect((await post(alone.url, '/payments/alipay/notify', 'a=1')).status).to.equal(401);
    const { paths } = (await ask(alone.url, '/openapi.json')).body;
    const documented = Object.keys(paths).filter((path) => path.startsWith('/payments/'));
    expect(documented).to.have.members(['/payments/alipay/notify', '/payments/incidents']);
    await alone.stop();
  });
});

let orders = 0;
async function create(over: object = {}): Promise<{ id: number; number: string; shopId: string }> {
  const number = `p-${process.pid}-${++orders}`;
  const { body } = await post(service.url, '/orders', { number, amount: 4200, ...over });
  return body.data;
}
const show = async (id: number) => (await ask(service.url, `/orders/${id}`)).body.data;

async function incidents(query = ''): Promise<Incident[]> {
  return (await ask(service.url, `/payments/incidents${query}`)).body.data.incidents;
}

async function loggedOf(id: number): Promise<number> {
  const { rows } = await around.database.pool.query('SELECT FROM notifications WHERE order_id = $1', [id]);
  return rows.length;
}

async function expectLoggedOnce(id: number): Promise<void> {
  await eventually(async () => expect(await loggedOf(id)).to.equal(1));
  await eventually(async () => {
    const { rows } = await around.database.pool.query('SELECT FROM outbox');
    expect(rows).to.have.length(0);
  });
  expect(await loggedOf(id)).to.equal(1);
}

function describeProvider(provider: TestProvider): void {
  const expectSettled = (answer: Answer) => expect(provider.isSettled(answer), answer.text).to.equal(true);
  const expectAgain = (answer: Answer) => expect(provider.isSettled(answer), answer.text).to.equal(false);
  const facts = (number: string, over: object = {}) => ({ number, transaction: `tx-${number}`, ...over });

  it('pay the order and ring at its socket, once', async () => {
    const client = await around.open(service, `till-${provider.name}`);
    await client.nextOf('ready');
    const { id, number } = await create();
    expectSettled(await provider.pay(service.url, facts(number)));
    // The order of the test before may still be on its way.
    const ofIt = () => client.frames.filter(({ kind, orderId }) => kind === 'notification' && orderId === id);
    await eventually(() => expect(ofIt().map(({ type }) => type)).to.deep.equal([1]));
    expectSettled(await provider.pay(service.url, facts(number)));
    expect(await show(id)).to.include({ status: 2, payStatus: 1 });
    await expectLoggedOnce(id);
    expect(await incidents()).to.deep.equal([]);
  });

  it('that are altered pay nothing', async () => {
    const { id, number } = await create();
    const answer = await provider.forge(service.url, facts(number));
    expect(answer.status).to.equal(401);
    expectAgain(answer);
    expect(await show(id)).to.include({ status: 1, payStatus: 0 });
    expect(await incidents()).to.deep.equal([]);
  });

  it('that come a hundred times at once pay once', async () => {
    const { id, number } = await create();
    const copies = Array.from({ length: 100 }, () => provider.pay(service.url, facts(number)));
    for (const answer of await Promise.all(copies)) expectSettled(answer);
    await expectLoggedOnce(id);
    expect(await incidents()).to.deep.equal([]);
  });

  it('of a hundred transactions at once pay by one of them, and are an incident for each other one', async () => {
    const { id, number } = await create();
    const copies = Array.from({ length: 100 }, (_, index) =>
      provider.pay(service.url, { number, transaction: `tx-${number}-${index}` }),
    );
    for (const answer of await Promise.all(copies)) expectSettled(answer);
    await expectLoggedOnce(id);
    const kinds = (await incidents('?limit=1000')).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(Array(99).fill('second-transaction'));
  });

  it('that come again after a restart ring nothing', async () => {
    const { id, number } = await create();
    const first = await around.serve(files.env);
    expectSettled(await provider.pay(first.url, facts(number)));
    await first.stop();
    const second = await around.serve(files.env);
    expectSettled(await provider.pay(second.url, facts(number)));
    await second.stop();
    await expectLoggedOnce(id);
  });

  it('of another amount are an incident, which is over for the provider', async () => {
    const { id, number } = await create();
    expectSettled(await provider.pay(service.url, facts(number, { amount: 4199 })));
    expect(await show(id)).to.include({ status: 1, payStatus: 0 });
    const [incident, ...others] = await incidents();
    expect(others).to.deep.equal([]);
    expect(incident).to.include({
      kind: 'amount-differs',
      provider: provider.name,
      orderNumber: number,
      orderId: id,
      transactionId: `tx-${number}`,
      amount: 4199,
      times: 1,
      resolvedAt: null,
    });
    expect(JSON.stringify(incident?.notice)).to.contain(`tx-${number}`);
  });

  it('of a cancelled order, and of a second transaction, are incidents that are over for the provider', async () => {
    const cancelled = await create();
    await around.database.pool.query('UPDATE orders SET status = 6 WHERE id = $1', [cancelled.id]);
    expectSettled(await provider.pay(service.url, facts(cancelled.number)));
    const paid = await create();
    expectSettled(await provider.pay(service.url, facts(paid.number)));
    expectSettled(await provider.pay(service.url, facts(paid.number, { transaction: 'tx-more' })));
    expect((await incidents()).map(({ kind }) => kind)).to.deep.equal(['cancelled', 'second-transaction']);
    expect(await show(paid.id)).to.include({ status: 2, payStatus: 1 });
  });

  it('of an unknown number come again, until the order is there: then the incident is settled', async () => {
    const number = `later-${provider.name}`;
    expectAgain(await provider.pay(service.url, facts(number)));
    expectAgain(await provider.pay(service.url, facts(number)));
    expect((await incidents()).map(({ kind, times }) => [kind, times])).to.deep.equal([
      ['unknown-number', 2],
    ]);
    const { id } = await create({ number });
    expectSettled(await provider.pay(service.url, facts(number)));
    expect(await show(id)).to.include({ payStatus: 1 });
    expect(await incidents()).to.deep.equal([]);
    const [settled] = await incidents('?state=resolved');
    expect(settled).to.include({ note: 'a later notice was applied' });
  });

  it('of a number of several shops pay the one that was attached, and are an incident without', async () => {
    const number = `shared-${provider.name}`;
    const [mine, theirs] = [
      await create({ number, shopId: 'corner' }),
      await create({ number, shopId: 'hill' }),
    ];
    expectSettled(await provider.pay(service.url, facts(number)));
    expect((await incidents()).map(({ kind }) => kind)).to.deep.equal(['ambiguous-number']);
    expectSettled(await provider.pay(service.url, facts(number, { shop: 'hill' })));
    expect(await show(mine.id)).to.include({ payStatus: 0 });
    expect(await show(theirs.id)).to.include({ payStatus: 1 });
  });

  it('are answered within five seconds while Postgres is slow, and pay once all the same', async () => {
    const { id, number } = await create();
    const holder = await around.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [id]);
      const started = performance.now();
      const answer = await provider.pay(service.url, facts(number));
      expect(performance.now() - started).to.be.within(3_500, 5_000);
      expect(answer.status).to.equal(503);
      expectAgain(answer);
      await holder.query('COMMIT');
    } finally {
      holder.release();
    }
    expectSettled(await provider.pay(service.url, facts(number)));
    await expectLoggedOnce(id);
  }).timeout(20_000);

  describe('that say that money went back', () => {
    const refund = (number: string, back: number, over: object = {}) =>
      provider.refund(service.url, { ...facts(number), back, ...over });

    it('mark the order refunded once all of it did, and publish order.cancelled once', async () => {
      const channel = await around.broker.connection.createChannel();
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, around.broker.names.orders, 'order.cancelled');
      const { id, number, shopId } = await create();
      await provider.pay(service.url, facts(number));

      expectSettled(await refund(number, 990, { id: 'r-1' }));
      expect(await show(id)).to.include({ status: 2, payStatus: 1 });
      const rest = provider.name === 'wechat' ? { back: 3210, id: 'r-2' } : { back: 4200 };
      for (let times = 0; times < 3; times++) expectSettled(await refund(number, rest.back, rest));
      expect(await show(id)).to.include({ status: 6, payStatus: 2 });

      const message = await eventually(async () => {
        const got = await channel.get(queue, { noAck: true });
        if (!got) throw new Error('nothing yet');
        return got;
      });
      const { eventId, occurredAt, ...body } = JSON.parse(message.content.toString());
      expect(body).to.deep.equal({ orderId: id, shopId });
      expect(message.properties.messageId).to.equal(eventId);
      expect(Date.parse(occurredAt)).to.be.closeTo(Date.now(), 60_000);
      await expectLoggedOnce(id);
      expect(await channel.get(queue, { noAck: true })).to.equal(false);
      // What the shop still had open of it needs no answer, and no step of an escalation follows.
      await eventually(async () => {
        const { rows } = await around.database.pool.query(
          `SELECT r.reason, r.sid FROM notifications n LEFT JOIN receipts r USING (shop_id, seq) WHERE n.order_id = $1`,
          [String(id)],
        );
        expect(rows).to.deep.equal([{ reason: 'cancelled', sid: null }]);
      });
      expect((await channel.checkQueue(around.broker.names.deadLetters)).messageCount).to.equal(0);
      await channel.close();
      expectSettled(await provider.pay(service.url, facts(number)));
      expect(await show(id)).to.include({ status: 6, payStatus: 2 });
      expect(await incidents()).to.deep.equal([]);
    });

    it('at once a hundred times mark it once', async () => {
      const { id, number } = await create();
      await provider.pay(service.url, facts(number));
      const copies = Array.from({ length: 100 }, () => refund(number, 4200));
      for (const answer of await Promise.all(copies)) expectSettled(answer);
      const { rows } = await around.database.pool.query('SELECT amount::int FROM payment_refunds');
      expect(rows).to.deep.equal([{ amount: 4200 }]);
      expect(await show(id)).to.include({ payStatus: 2 });
    });

    it('leave a completed order completed', async () => {
      const { id, number } = await create();
      await provider.pay(service.url, facts(number));
      await around.database.pool.query('UPDATE orders SET status = 5 WHERE id = $1', [id]);
      expectSettled(await refund(number, 4200));
      expect(await show(id)).to.include({ status: 5, payStatus: 2 });
    });

    it('of a second transaction settle its incident, and leave the order paid', async () => {
      const { id, number } = await create();
      await provider.pay(service.url, facts(number));
      await provider.pay(service.url, facts(number, { transaction: 'tx-twice' }));
      expect(await incidents()).to.have.length(1);
      expectSettled(await refund(number, 4200, { transaction: 'tx-twice' }));
      expect(await incidents()).to.deep.equal([]);
      expect((await incidents('?state=resolved'))[0]?.note).to.match(
        /^4200 fen went back with refund tx-twice/,
      );
      expect(await show(id)).to.include({ status: 2, payStatus: 1 });
    });

    it('before the payment come again, and are an incident until then', async () => {
      const { id, number } = await create();
      expectAgain(await refund(number, 4200));
      expect((await incidents()).map(({ kind }) => kind)).to.deep.equal(['refund-of-no-payment']);
      expectSettled(await provider.pay(service.url, facts(number)));
      expectSettled(await refund(number, 4200));
      expect(await show(id)).to.include({ payStatus: 2 });
      expect(await incidents()).to.deep.equal([]);
    });
  });
}
