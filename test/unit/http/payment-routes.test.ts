/** How callbacks are answered, each provider in its own form; the store is a fake. */

import { expect } from 'chai';
import { ANYBODY, type Grant } from '../../../src/domain/access.ts';
import type { Order } from '../../../src/domain/order.ts';
import type { OrderStore } from '../../../src/domain/order-store.ts';
import type { CallbackOutcome, PaymentProvider } from '../../../src/domain/payment-provider.ts';
import { envelopeReply } from '../../../src/http/payment-reply.ts';
import { paymentRoutes } from '../../../src/http/payment-routes.ts';
import { createAlipayProvider } from '../../../src/payments/alipay.ts';
import { createOwnProvider } from '../../../src/payments/own.ts';
import { createWechatProvider } from '../../../src/payments/wechat.ts';
import { AppError } from '../../../src/platform/errors.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import {
  API_V3_KEY,
  APP_ID,
  APPID,
  alipayNotice,
  alipayPair,
  MCHID,
  NOW,
  SELLER_ID,
  SERIAL,
  trade,
  transaction,
  wechatNotice,
  wechatPair,
  wechatRefund,
} from '../../support/payments/providers.ts';

const order: Order = {
  id: 7,
  number: 'n-7',
  shopId: 'default',
  amount: 4200,
  status: 2,
  payStatus: 1,
  createdAt: '2025-03-06T17:14:35.000Z',
  paidAt: null,
};

const PROVIDERS: Record<PaymentProvider['name'], PaymentProvider> = {
  own: createOwnProvider({ reply: envelopeReply }),
  wechat: createWechatProvider({
    apiV3Key: API_V3_KEY,
    keys: new Map([[SERIAL, wechatPair.publicKey]]),
    mchid: MCHID,
    appids: [APPID],
    subMchids: [],
    subAppids: [],
  }),
  alipay: createAlipayProvider({ keys: [alipayPair.publicKey], appId: APP_ID, sellerId: SELLER_ID }),
};

interface Given {
  store?: Partial<OrderStore>;
  grant?: Grant;
  patienceSeconds?: number;
}

async function call(
  name: PaymentProvider['name'],
  callback: { headers?: Record<string, string>; body: Buffer },
  { store = {}, grant = ANYBODY, patienceSeconds }: Given = {},
) {
  const refuse = () => Promise.reject(new Error('the store was asked'));
  const observed: CallbackOutcome[] = [];
  const provider = PROVIDERS[name];
  const [route] = paymentRoutes({
    providers: [patienceSeconds === undefined ? provider : { ...provider, patienceSeconds }],
    orders: { markPaid: refuse, markRefunded: refuse, recordMisfit: refuse, ...store },
    now: () => NOW,
    observe: (_, outcome) => observed.push(outcome),
    logger: createLogger('silent'),
  });
  if (route === undefined) throw new Error('no route');
  const { headers = {}, body: rawBody } = callback;
  const rest = { params: [], query: new URLSearchParams(), body: undefined, isPrefetch: false };
  const reply = await route.handle({ ...rest, headers, rawBody, address: '127.0.0.1', grant });
  return { reply, outcomes: observed.map(({ outcome }) => outcome) };
}

const own = (notice: unknown) => ({ body: Buffer.from(JSON.stringify(notice)) });
const paying = (outcome: Awaited<ReturnType<OrderStore['markPaid']>>) => ({ markPaid: async () => outcome });

describe('callbacks of our own form', () => {
  const paid = { outTradeNo: 'n-7' };
  const outcomes: [string, Awaited<ReturnType<OrderStore['markPaid']>>, number, string | undefined][] = [
    ['a payment', { outcome: 'paid', order }, 200, undefined],
    ['a repeated payment', { outcome: 'repeated', order }, 200, undefined],
    [
      'one of another transaction',
      { outcome: 'incident', kind: 'second-transaction', order },
      200,
      undefined,
    ],
    ['one of an unknown order', { outcome: 'incident', kind: 'unknown-number' }, 404, 'order-not-found'],
    ['one of a cancelled order', { outcome: 'incident', kind: 'cancelled' }, 409, 'order-cancelled'],
    ['one of another amount', { outcome: 'incident', kind: 'amount-differs' }, 409, 'amount-differs'],
    [
      'one of an order that does not await it',
      { outcome: 'incident', kind: 'not-awaiting-payment' },
      409,
      'order-not-awaiting-payment',
    ],
    [
      'one of a number of several shops',
      { outcome: 'incident', kind: 'ambiguous-number' },
      409,
      'number-ambiguous',
    ],
  ];
  for (const [what, outcome, status, reason] of outcomes) {
    it(`are answered ${status} for ${what}`, async () => {
      const { reply, outcomes } = await call('own', own(paid), { store: paying(outcome) });
      const { code, reason: given } = JSON.parse(String(reply.body));
      expect([reply.status, code, given]).to.deep.equal([status, status === 200 ? 1 : 0, reason]);
      expect(outcomes).to.deep.equal([outcome.outcome]);
    });
  }

  it('may be of a time up to a day ahead of the clock', async () => {
    for (const [paidAt, status] of [
      ['2025-03-07T09:14:35.000Z', 200],
      ['2025-03-07T23:14:35.000+14:00', 200],
      ['2025-03-07T09:14:35.001Z', 422],
      ['2025-03-07T09:14:35.000-00:01', 422],
    ] as const) {
      const store = status === 200 ? paying({ outcome: 'paid', order }) : {};
      const { reply } = await call('own', own({ ...paid, paidAt }), { store });
      expect(reply.status, paidAt).to.equal(status);
    }
  });

  it('pay orders of the shops of their token only, without a look at the others', async () => {
    const grant: Grant = { subject: 'p', scopes: ['payments:notify'], shops: ['corner'] };
    const asked: unknown[] = [];
    const markPaid: OrderStore['markPaid'] = async (_, shops) => {
      asked.push(shops);
      return { outcome: 'paid', order };
    };
    const theirs = await call('own', own({ ...paid, shopId: 'hill' }), { store: { markPaid }, grant });
    expect(theirs.reply.status).to.equal(403);
    const nobody = await call('own', own(paid), { store: { markPaid }, grant: { ...grant, shops: [] } });
    expect(nobody.reply.status).to.equal(403);
    await call('own', own({ ...paid, shopId: 'corner' }), { store: { markPaid }, grant });
    expect(asked).to.deep.equal([['corner']]);
  });

  it('fail as everything else does where the store fails', async () => {
    const error = await call('own', own(paid)).catch((error) => error);
    expect(error).to.include({ message: 'the store was asked' });
  });
});

describe('callbacks of WeChat Pay', () => {
  it('are 204 without a body once the payment is recorded, and each shop may be paid', async () => {
    let shops: unknown;
    const markPaid: OrderStore['markPaid'] = async (_, given) => {
      shops = given;
      return { outcome: 'paid', order };
    };
    const grant: Grant = { subject: 'nobody', scopes: [], shops: [] };
    const { reply, outcomes } = await call('wechat', wechatNotice(), { store: { markPaid }, grant });
    expect(reply).to.deep.include({ status: 204, body: '' });
    expect([shops, outcomes]).to.deep.equal(['*', ['paid']]);
  });

  it('go to refunds and misfits as they say', async () => {
    const markRefunded = async () => ({ outcome: 'refunded' as const, order });
    const recordMisfit: OrderStore['recordMisfit'] = async (kind) => ({ outcome: 'incident', kind });
    const refund = wechatNotice(wechatRefund(), { type: 'REFUND.SUCCESS' });
    expect((await call('wechat', refund, { store: { markRefunded } })).reply.status).to.equal(204);
    const failed = wechatNotice(wechatRefund(), { type: 'REFUND.ABNORMAL' });
    expect((await call('wechat', failed, { store: { recordMisfit } })).reply.status).to.equal(204);
    const other = wechatNotice(transaction({ mchid: '1' }));
    expect((await call('wechat', other, { store: { recordMisfit } })).reply.status).to.equal(500);
    const nothing = await call('wechat', wechatNotice({}, { type: 'COUPON.USE' }));
    expect([nothing.reply.status, nothing.outcomes]).to.deep.equal([204, ['irrelevant']]);
  });

  it('are asked for again where recording fails, or takes longer than WeChat Pay waits', async () => {
    const failing: Partial<OrderStore>[] = [
      { markPaid: () => Promise.reject(new Error('a bug')) },
      { markPaid: () => Promise.reject(new AppError('busy', 'too many')) },
      { markPaid: () => new Promise(() => {}) },
    ];
    for (const store of failing) {
      const started = performance.now();
      const { reply, outcomes } = await call('wechat', wechatNotice(), { store, patienceSeconds: 1.05 });
      expect([reply.status, outcomes]).to.deep.equal([503, ['unavailable']]);
      expect(JSON.parse(String(reply.body))).to.deep.equal({ code: 'FAIL', message: 'try again' });
      expect(performance.now() - started).to.be.lessThan(1_000);
    }
    expect(PROVIDERS.wechat.patienceSeconds).to.equal(5);
  });

  it('that are forged never reach the store', async () => {
    const { body, headers } = wechatNotice();
    const { reply } = await call('wechat', { headers, body: Buffer.concat([body, Buffer.from(' ')]) });
    expect([reply.status, JSON.parse(String(reply.body)).code]).to.deep.equal([401, 'FAIL']);
  });
});

describe('callbacks of Alipay', () => {
  it('are the bare word success once they are recorded, and another one where they have to come again', async () => {
    const { reply } = await call('alipay', alipayNotice(), { store: paying({ outcome: 'paid', order }) });
    expect([reply.status, reply.body, reply.contentType]).to.deep.equal([
      ...[200, 'success'],
      'text/plain; charset=utf-8',
    ]);
    const unknown = paying({ outcome: 'incident', kind: 'unknown-number' });
    expect((await call('alipay', alipayNotice(), { store: unknown })).reply.body).to.equal('fail');
    const differs = paying({ outcome: 'incident', kind: 'amount-differs' });
    expect((await call('alipay', alipayNotice(), { store: differs })).reply.body).to.equal('success');
    const forged = { body: Buffer.from(alipayNotice().body.toString().replace('42.00', '42.01')) };
    expect((await call('alipay', forged)).reply).to.include({ status: 401, body: 'fail' });
    const waiting = await call('alipay', alipayNotice(trade({ trade_status: 'WAIT_BUYER_PAY' })));
    expect([waiting.reply.body, waiting.outcomes]).to.deep.equal(['success', ['irrelevant']]);
  });
});
