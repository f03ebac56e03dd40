/** Payments that cannot be applied: how each is answered, that it changes no order, and that it is kept for the operator. */

import { Writable } from 'node:stream';
import { expect } from 'chai';
import pino from 'pino';
import { ask, post } from '../support/http-client.ts';
import { scrape } from '../support/metrics.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('a payment that cannot be applied', () => {
  let around: Surroundings;
  let service: Service;
  let logged: { level: number; kind?: string; orderNumber?: string }[];
  before(async () => {
    around = await createSurroundings();
    const lines = new Writable({
      write(line, _, done) {
        logged.push(JSON.parse(line));
        done();
      },
    });
    logged = [];
    service = await around.serve({}, { logger: pino(lines) });
  });
  beforeEach(async () => {
    logged = [];
    await around.database.pool.query('TRUNCATE payment_incidents');
  });
  after(() => around.tearDown());

  let orders = 0;
  async function create(over: object = {}): Promise<{ id: number; number: string; shopId: string }> {
    const { body } = await post(service.url, '/orders', { number: `i-${++orders}`, amount: 4200, ...over });
    return body.data;
  }
  const notify = (notice: object) => post(service.url, '/payments/notify', notice);
  const show = async (id: number) => (await ask(service.url, `/orders/${id}`)).body.data;
  const setStatus = (id: number, status: number) =>
    around.database.pool.query('UPDATE orders SET status = $2 WHERE id = $1', [id, status]);
  async function incidents() {
    const { rows } = await around.database.pool.query(
      `SELECT kind, order_number, shop_id, order_id::int, transaction_id, amount::float8, notice, times::int
       FROM payment_incidents ORDER BY id`,
    );
    return rows;
  }
  const errors = () => logged.filter(({ level }) => level === 50);

  it('is a second one of a paid order: it is answered like a repeat, and recorded', async () => {
    const { id, number } = await create();
    const first = await notify({ outTradeNo: number, transactionId: 'tx-1' });
    const repeat = await notify({ outTradeNo: number, transactionId: 'tx-1' });
    expect([first.status, repeat.status]).to.deep.equal([200, 200]);
    expect(await incidents()).to.deep.equal([]);

    const notice = { outTradeNo: number, transactionId: 'tx-2', amount: 4200 };
    const second = await notify(notice);
    expect([second.status, second.body]).to.deep.equal([200, first.body]);
    expect(await incidents()).to.deep.equal([
      {
        kind: 'second-transaction',
        order_number: number,
        shop_id: 'default',
        order_id: id,
        transaction_id: 'tx-2',
        amount: 4200,
        notice,
        times: 1,
      },
    ]);
  });

  for (const status of [2, 3, 4, 5]) {
    it(`is the first one of an unpaid order in status ${status}: 409, and recorded`, async () => {
      const { id, number } = await create();
      await setStatus(id, status);
      const before = await show(id);
      const answer = await notify({ outTradeNo: number, transactionId: 'tx-1' });
      expect([answer.status, answer.body.reason]).to.deep.equal([409, 'order-not-awaiting-payment']);
      expect(await show(id)).to.deep.equal(before);
      const [incident, ...others] = await incidents();
      expect(incident).to.include({ kind: 'not-awaiting-payment', order_id: id, transaction_id: 'tx-1' });
      expect(others).to.deep.equal([]);
    });
  }

  it('is one of a cancelled order: 409 as ever, and recorded', async () => {
    const { id, number } = await create();
    await setStatus(id, 6);
    const answer = await notify({ outTradeNo: number });
    expect([answer.status, answer.body.reason]).to.deep.equal([409, 'order-cancelled']);
    expect(await incidents()).to.have.length(1);
    expect((await incidents())[0]).to.include({ kind: 'cancelled', order_id: id, transaction_id: null });
  });

  it('is one of another amount: 409, recorded, and the order can still be paid in full', async () => {
    const { id, number } = await create();
    for (const amount of [4199, 4201, 0, 42, Number.MAX_SAFE_INTEGER]) {
      const answer = await notify({ outTradeNo: number, amount });
      expect([answer.status, answer.body.reason], String(amount)).to.deep.equal([409, 'amount-differs']);
      expect(await show(id)).to.include({ status: 1, payStatus: 0 });
    }
    const recorded = await incidents();
    expect(recorded.map(({ kind }) => kind)).to.deep.equal(Array(5).fill('amount-differs'));
    expect(recorded[0]).to.include({ amount: 4199, order_id: id, shop_id: 'default' });
    expect((await notify({ outTradeNo: number, amount: 4200, currency: 'CNY' })).status).to.equal(200);
  });

  it('is one of a number that no order has: 404 as ever, and recorded', async () => {
    const answer = await notify({ outTradeNo: 'never', shopId: 'corner', transactionId: 'tx-1' });
    expect([answer.status, answer.body.reason]).to.deep.equal([404, 'order-not-found']);
    expect(await incidents()).to.have.length(1);
    expect((await incidents())[0]).to.include({ kind: 'unknown-number', shop_id: 'corner', order_id: null });
  });

  it('is one of a number that several shops have: 409 until it says the shop, whose order it then pays', async () => {
    const mine = await create({ number: 'shared', shopId: 'corner' });
    const theirs = await create({ number: 'shared', shopId: 'hill' });
    const answer = await notify({ outTradeNo: 'shared', transactionId: 'tx-1' });
    expect([answer.status, answer.body.reason]).to.deep.equal([409, 'number-ambiguous']);
    for (const { id } of [mine, theirs]) expect(await show(id)).to.include({ payStatus: 0 });
    expect(await incidents()).to.have.length(1);
    expect((await incidents())[0]).to.include({ kind: 'ambiguous-number', shop_id: null, order_id: null });

    const paid = await notify({ outTradeNo: 'shared', shopId: 'hill', transactionId: 'tx-1' });
    expect([paid.status, paid.body.data.id]).to.deep.equal([200, theirs.id]);
    expect(await show(mine.id)).to.include({ status: 1, payStatus: 0 });
    expect(await show(theirs.id)).to.include({ status: 2, payStatus: 1 });
    const unknown = await notify({ outTradeNo: 'shared', shopId: 'market' });
    expect(unknown.status).to.equal(404);
  });

  it('is recorded, logged as an error and counted once, however often its notice comes', async () => {
    const { id, number } = await create();
    await setStatus(id, 6);
    const kind = { kind: 'cancelled' };
    const before = (await scrape(service.url)).value('orderbell_payment_incidents_total', kind) ?? Number.NaN;
    const notice = { outTradeNo: number, transactionId: 'tx-1' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => notify(notice)));
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([409]));
    expect((await incidents()).map(({ times }) => times)).to.deep.equal([10]);
    expect(errors()).to.have.length(1);
    expect(errors()[0]).to.include({
      ...kind,
      orderNumber: number,
      shopId: 'default',
      transactionId: 'tx-1',
    });
    expect((await scrape(service.url)).value('orderbell_payment_incidents_total', kind)).to.equal(before + 1);

    await notify({ ...notice, transactionId: 'tx-2' });
    expect(await incidents()).to.have.length(2);
  });

  for (const says of [
    { trade_state: 'NOTPAY' },
    { tradeState: 'CLOSED' },
    { trade_status: 'TRADE_CLOSED' },
    { tradeStatus: 'WAIT_BUYER_PAY' },
    { result_code: 'FAIL' },
    { resultCode: 'FAIL' },
    { return_code: 'FAIL' },
    { returnCode: 'FAIL' },
    { payment_status: 'refunded' },
    { paymentStatus: 'pending' },
    { pay_status: 0 },
    { payStatus: 2 },
    { status: 'failed' },
    { state: '' },
    { result: null },
    { success: false },
    { paid: 'no' },
    { trade_state: 'SUCCESS', result_code: 'FAIL' },
    { currency: 'USD' },
    { amount: '4200' },
    { amount: 42.5 },
    { amount: -4200 },
  ]) {
    it(`is none where the notice says ${JSON.stringify(says)}: 422, and the order stays unpaid`, async () => {
      const { id, number } = await create();
      const { status, body } = await notify({ outTradeNo: number, ...says });
      expect([status, body.reason]).to.deep.equal([422, 'invalid']);
      expect(body.msg).to.contain(`/${Object.keys(says).at(-1)}: `);
      expect(await show(id)).to.include({ status: 1, payStatus: 0 });
      expect(await incidents()).to.deep.equal([]);
    });
  }

  for (const says of [
    { trade_state: 'SUCCESS', result_code: 'SUCCESS', return_code: 'SUCCESS', currency: 'CNY', amount: 4200 },
    { trade_status: 'TRADE_SUCCESS' },
    { tradeStatus: 'TRADE_FINISHED' },
    { status: 'succeeded', paid: true, success: true, payStatus: 1 },
    { bank_type: 'OTHERS', attach: { state: 'CLOSED' } },
  ]) {
    it(`is not what says ${JSON.stringify(says)}, which pays`, async () => {
      const { number } = await create();
      const { status, body } = await notify({ outTradeNo: number, ...says });
      expect([status, body.data.payStatus]).to.deep.equal([200, 1]);
    });
  }

  it('keeps of a notice what is read of it, and nothing else', async () => {
    const notice = { outTradeNo: 'never-2', shopId: 'corner', amount: 1, trade_state: 'SUCCESS' };
    await notify({ ...notice, payer: { openid: '\u0000' }, more: 'x'.repeat(50_000) });
    expect((await incidents())[0].notice).to.deep.equal(notice);
  });
});
