/** WeChat Pay's notices: what is taken, what is not, and what each says. A library of others signs and checks the same ones. */

import { expect } from 'chai';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { type Callback, signWechat } from '../../../src/dev/pay/wechat-callback.ts';
import type { NoticeRead } from '../../../src/domain/payment-provider.ts';
import { createWechatProvider } from '../../../src/payments/wechat.ts';
import {
  API_V3_KEY,
  APPID,
  MCHID,
  NOW,
  PARTNER,
  rsaPair,
  SERIAL,
  SUB_APPID,
  SUB_MCHID,
  strangersPair,
  transaction,
  wechatNotice,
  wechatPair,
  wechatRefund,
} from '../../support/payments/providers.ts';

const settings = {
  apiV3Key: API_V3_KEY,
  keys: new Map([[SERIAL, wechatPair.publicKey]]),
  mchid: MCHID,
  appids: [APPID, 'wx-of-the-mini-program'],
  subMchids: [],
  subAppids: [],
};
const provider = createWechatProvider(settings);
const read = ({ headers, body }: Callback, now = NOW) => provider.read(headers, body, now);
const UNVERIFIED = { ok: false, reason: 'unverified', message: 'the signature does not match' };

function verifiedOf(result: NoticeRead) {
  if (!result.ok) throw new Error(result.message);
  return result.verified;
}

/** Signs any body as WeChat Pay would. */
const signed = (body: unknown, pair = wechatPair) =>
  signWechat(
    { serial: SERIAL, privateKey: pair.privateKey, apiV3Key: API_V3_KEY },
    Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    NOW / 1000,
  );

describe('a notice of WeChat Pay', () => {
  it('is a payment with number, transaction, amount, time and what is kept of it, and nothing of who paid', () => {
    expect(verifiedOf(read(wechatNotice()))).to.deep.equal({
      kind: 'payment',
      payment: {
        provider: 'wechat',
        orderNumber: '2025030617143500001',
        transactionId: '4200001836202503061234567890',
        amount: 4200,
        paidAt: '2025-03-06T17:14:35+08:00',
        evidence: {
          mchid: MCHID,
          appid: APPID,
          out_trade_no: '2025030617143500001',
          transaction_id: '4200001836202503061234567890',
          trade_type: 'JSAPI',
          trade_state: 'SUCCESS',
          bank_type: 'OTHERS',
          attach: '',
          success_time: '2025-03-06T17:14:35+08:00',
          total: 4200,
          currency: 'CNY',
        },
      },
    });
  });

  it('that another library signed and sealed is taken', () => {
    const nonce = 'fdasflkja484';
    const ciphertext = Aes.AesGcm.encrypt(JSON.stringify(transaction()), API_V3_KEY, nonce, 'transaction');
    const resource = { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: 'transaction' };
    const body = JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource });
    const time = String(NOW / 1000);
    const message = Formatter.joinedByLineFeed(time, 'a-nonce', body);
    const headers = {
      'wechatpay-serial': SERIAL,
      'wechatpay-timestamp': time,
      'wechatpay-nonce': 'a-nonce',
      'wechatpay-signature': Rsa.sign(message, wechatPair.privateKey),
    };
    const result = read({ headers, body: Buffer.from(body) });
    expect(verifiedOf(result).kind).to.equal('payment');
  });

  it('of our own making is taken by another library', () => {
    const { headers, body } = wechatNotice();
    const { 'wechatpay-timestamp': time = '', 'wechatpay-nonce': nonce = '' } = headers;
    const message = Formatter.joinedByLineFeed(time, nonce, body.toString());
    const signature = headers['wechatpay-signature'] ?? '';
    expect(Rsa.verify(message, signature, wechatPair.publicKey)).to.equal(true);
    const { ciphertext, nonce: iv, associated_data } = JSON.parse(body.toString()).resource;
    const opened = Aes.AesGcm.decrypt(ciphertext, API_V3_KEY, iv, associated_data);
    expect(JSON.parse(opened)).to.deep.equal(transaction());
  });

  it('names the shop in what is attached, and only where that is unmistakable', () => {
    const shopOf = (attach: string) => {
      const verified = verifiedOf(read(wechatNotice(transaction({ attach }))));
      return verified.kind === 'payment' ? verified.payment.shopId : undefined;
    };
    expect(['shop=corner', 'table=4&shop=hill', '{"shopId":"pier"}'].map(shopOf)).to.deep.equal([
      'corner',
      'hill',
      'pier',
    ]);
    for (const attach of ['', 'corner', '{"shopId":7}', '{', 'shop=', 'shop=不', '[]']) {
      expect(shopOf(attach), attach).to.equal(undefined);
    }
  });

  it('is of one of several applications, and its currency is CNY where it names none', () => {
    const amount = { total: 4200 };
    const over = { appid: 'wx-of-the-mini-program', amount };
    expect(verifiedOf(read(wechatNotice(transaction(over)))).kind).to.equal('payment');
  });

  it('of which the time cannot be is a payment all the same, without that time', () => {
    for (const success_time of ['2125-01-01T00:00:00+08:00', 'today', undefined]) {
      const verified = verifiedOf(read(wechatNotice(transaction({ success_time }))));
      expect(verified.kind === 'payment' && 'paidAt' in verified.payment).to.equal(false);
    }
  });

  const misfits: [string, string, Callback][] = [
    ['another merchant', 'other-merchant', wechatNotice(transaction({ mchid: '1' }))],
    ['another application', 'other-application', wechatNotice(transaction({ appid: 'wx1' }))],
    [
      'another currency',
      'other-currency',
      wechatNotice(transaction({ amount: { total: 4200, currency: 'HKD' } })),
    ],
    ['a service provider', 'other-merchant', wechatNotice(transaction(PARTNER))],
    ['both forms at once', 'unreadable', wechatNotice(transaction({ sp_mchid: MCHID, sub_mchid: '1' }))],
    ['no merchant', 'unreadable', wechatNotice(transaction({ mchid: undefined }))],
    ['another merchant, as a refund', 'other-merchant', refund(wechatRefund({ mchid: '1' }))],
    ['a refund that failed', 'refund-failed', refund(wechatRefund(), 'REFUND.ABNORMAL')],
    ['a refund that was closed', 'refund-failed', refund(wechatRefund(), 'REFUND.CLOSED')],
    ['another APIv3 key', 'unreadable', wechatNotice(transaction(), { apiV3Key: 'x'.repeat(32) })],
    ['a state that is no success', 'unreadable', wechatNotice(transaction({ trade_state: 'REFUND' }))],
    ['half a fen', 'unreadable', wechatNotice(transaction({ amount: { total: 0.5 } }))],
    ['an amount in text', 'unreadable', wechatNotice(transaction({ amount: { total: '4200' } }))],
    ['no transaction', 'unreadable', wechatNotice(transaction({ transaction_id: undefined }))],
    ['a number with a line end', 'unreadable', wechatNotice(transaction({ out_trade_no: 'a\nb' }))],
    ['no JSON', 'unreadable', signed('no JSON')],
    ['an envelope without a resource', 'unreadable', signed({ id: 'EV', event_type: 'TRANSACTION.SUCCESS' })],
  ];
  for (const [what, reason, callback] of misfits) {
    it(`that is signed, but of ${what}, is a misfit: ${reason}`, () => {
      const verified = verifiedOf(read(callback));
      expect(verified).to.include({ kind: 'misfit', reason });
    });
  }

  it('of what is neither payment nor refund is irrelevant', () => {
    const verified = verifiedOf(read(wechatNotice({}, { type: 'COUPON.USE' })));
    expect(verified).to.deep.equal({ kind: 'irrelevant', event: 'COUPON.USE' });
  });

  it('of a refund says how much of which transaction went back', () => {
    const verified = verifiedOf(read(refund(wechatRefund({ amount: { total: 4200, refund: 990 } }))));
    expect(verified.kind === 'refund' && verified.refund).to.deep.include({
      provider: 'wechat',
      orderNumber: '2025030617143500001',
      transactionId: '4200001836202503061234567890',
      refundId: '50000000382019052709732678859',
      amount: 990,
    });
    expect(JSON.stringify(verified)).not.to.contain('招商银行');
  });

  function refund(resource: object, type = 'REFUND.SUCCESS'): Callback {
    return wechatNotice(resource, { type });
  }
});

describe('a notice for a service provider of WeChat Pay', () => {
  const partner = createWechatProvider({
    ...settings,
    subMchids: ['1900000100', SUB_MCHID],
    subAppids: [SUB_APPID],
  });
  const readBy = ({ headers, body }: Callback) => verifiedOf(partner.read(headers, body, NOW));
  const paid = (over: object = {}) => wechatNotice(transaction({ ...PARTNER, ...over }));
  const back = (over: object = {}) => {
    const { appid: _, sp_appid: __, ...payee } = PARTNER;
    return wechatNotice(wechatRefund({ ...payee, ...over }), { type: 'REFUND.SUCCESS' });
  };

  it('is a payment to one of its sub-merchants, by an application of either', () => {
    for (const over of [{}, { sub_appid: SUB_APPID }]) {
      const verified = readBy(paid(over));
      expect(verified.kind).to.equal('payment');
      if (verified.kind !== 'payment') return;
      expect(verified.payment).to.include({ orderNumber: '2025030617143500001', amount: 4200 });
      expect(verified.payment.evidence).to.include({ sp_mchid: MCHID, sub_mchid: SUB_MCHID, ...over });
    }
  });

  it('is a refund of one of its sub-merchants', () => {
    const verified = readBy(back());
    expect(verified.kind === 'refund' && verified.refund).to.include({ amount: 4200 });
  });

  it('that another library signed and sealed is taken', () => {
    const nonce = 'fdasflkja484';
    const plain = JSON.stringify(transaction({ ...PARTNER, sub_appid: SUB_APPID }));
    const ciphertext = Aes.AesGcm.encrypt(plain, API_V3_KEY, nonce, 'transaction');
    const resource = { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: 'transaction' };
    const body = JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource });
    const time = String(NOW / 1000);
    const headers = {
      'wechatpay-serial': SERIAL,
      'wechatpay-timestamp': time,
      'wechatpay-nonce': 'a-nonce',
      'wechatpay-signature': Rsa.sign(
        Formatter.joinedByLineFeed(time, 'a-nonce', body),
        wechatPair.privateKey,
      ),
    };
    expect(readBy({ headers, body: Buffer.from(body) }).kind).to.equal('payment');
  });

  for (const [what, reason, callback] of [
    ['another service provider', 'other-merchant', paid({ sp_mchid: '1' })],
    ['a sub-merchant that is not named', 'other-merchant', paid({ sub_mchid: '1900000110' })],
    ['a sub-merchant in the place of the provider', 'other-merchant', paid({ sp_mchid: SUB_MCHID })],
    ['a merchant of its own', 'other-merchant', wechatNotice(transaction())],
    ['another application', 'other-application', paid({ sp_appid: 'wx1' })],
    ['another application of the sub-merchant', 'other-application', paid({ sub_appid: APPID })],
    ['no application', 'other-application', paid({ sp_appid: undefined })],
    ['no sub-merchant', 'unreadable', paid({ sub_mchid: undefined })],
    ['another sub-merchant, as a refund', 'other-merchant', back({ sub_mchid: '1' })],
    ['no sub-merchant, as a refund', 'unreadable', back({ sub_mchid: undefined })],
  ] as const) {
    it(`but of ${what}, is a misfit: ${reason}`, () => {
      expect(readBy(callback)).to.include({ kind: 'misfit', reason });
    });
  }
});

describe('what is refused of WeChat Pay', () => {
  it('is what strangers signed, or another serial, in the same words', () => {
    expect(read(wechatNotice(transaction(), { pair: strangersPair }))).to.deep.equal(UNVERIFIED);
    expect(read(wechatNotice(transaction(), { serial: 'another' }))).to.deep.equal(UNVERIFIED);
    expect(read({ headers: {}, body: Buffer.from('{}') })).to.deep.equal(UNVERIFIED);
  });

  it('is what is more than five minutes old, or ahead', () => {
    for (const [seconds, isTaken] of [
      [300, true],
      [-300, true],
      [301, false],
      [-301, false],
      [86_400, false],
    ] as const) {
      const result = read(wechatNotice(), NOW + seconds * 1000);
      if (isTaken) expect(result.ok, String(seconds)).to.equal(true);
      else expect(result, String(seconds)).to.deep.equal(UNVERIFIED);
    }
  });

  it('is not a replay within the window: it says what it said', () => {
    const callback = wechatNotice();
    expect(read(callback)).to.deep.equal(read(callback, NOW + 60_000));
  });

  it('is what WeChat Pay signs falsely on purpose, and it is known as such', () => {
    const { headers, body } = wechatNotice();
    const signature = `WECHATPAY/SIGNTEST/${headers['wechatpay-signature']}`;
    const result = read({ headers: { ...headers, 'wechatpay-signature': signature }, body });
    expect(result).to.deep.equal({ ...UNVERIFIED, reason: 'probe' });
    expect(
      provider.reply({ outcome: 'refused', reason: 'probe', message: UNVERIFIED.message }).status,
    ).to.equal(401);
  });

  it('is a body that is as large as any may be, once it was altered', () => {
    const attach = 'x'.repeat(48 * 1024 - 700);
    const callback = wechatNotice(transaction({ attach }));
    expect(callback.body.length).to.be.within(64_000, 65_536);
    expect(verifiedOf(read(callback)).kind).to.equal('payment');
    const altered = Buffer.concat([callback.body.subarray(0, -1), Buffer.from(' ')]);
    expect(read({ ...callback, body: altered })).to.deep.equal(UNVERIFIED);
  });
});

describe('the keys of WeChat Pay', () => {
  it('are changed while notices come: before, both and after', () => {
    const next = rsaPair();
    const byOld = wechatNotice();
    const byNew = wechatNotice(transaction(), { pair: next, serial: '3775B6A45ACD588826D15E583A95F5DD' });
    const taken = (keys: [string, typeof next.publicKey][]) => {
      const { read } = createWechatProvider({ ...settings, keys: new Map(keys) });
      return [byOld, byNew].map(({ headers, body }) => read(headers, body, NOW).ok);
    };
    const old: [string, typeof next.publicKey] = [SERIAL, wechatPair.publicKey];
    const fresh: [string, typeof next.publicKey] = ['3775B6A45ACD588826D15E583A95F5DD', next.publicKey];
    expect(taken([old])).to.deep.equal([true, false]);
    expect(taken([old, fresh])).to.deep.equal([true, true]);
    expect(taken([fresh])).to.deep.equal([false, true]);
  });

  it('sign under their own serial only', () => {
    const other = rsaPair();
    const keys = new Map([...settings.keys, ['other', other.publicKey] as const]);
    const { headers, body } = wechatNotice();
    const both = createWechatProvider({ ...settings, keys });
    expect(both.read({ ...headers, 'wechatpay-serial': 'other' }, body, NOW)).to.deep.equal(UNVERIFIED);
  });
});

describe('the answer to WeChat Pay', () => {
  it('is 204 for what is settled, and what comes again is asked for by 4xx or 5xx with FAIL', () => {
    const statusOf = (outcome: Parameters<typeof provider.reply>[0]) => {
      const { status, body } = provider.reply(outcome);
      expect(status === 204 ? body : JSON.parse(String(body)).code).to.equal(status === 204 ? '' : 'FAIL');
      return status;
    };
    expect(statusOf({ outcome: 'irrelevant' })).to.equal(204);
    expect(statusOf({ outcome: 'incident', kind: 'amount-differs' })).to.equal(204);
    expect(statusOf({ outcome: 'incident', kind: 'unknown-number' })).to.equal(500);
    expect(statusOf({ outcome: 'unavailable' })).to.equal(503);
    expect(statusOf({ outcome: 'refused', reason: 'unverified', message: '' })).to.equal(401);
  });
});
