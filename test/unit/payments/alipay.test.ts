/** Alipay's notices: what is taken, what is not, and what each says. Libraries of others sign and check the same ones. */

import { sign } from 'node:crypto';
import { AlipaySdk } from 'alipay-sdk';
import { expect } from 'chai';
import { Formatter, Rsa } from 'wechatpay-axios-plugin';
import type { Callback } from '../../../src/dev/pay/wechat-callback.ts';
import type { NoticeRead } from '../../../src/domain/payment-provider.ts';
import { createAlipayProvider } from '../../../src/payments/alipay.ts';
import { fenOfYuan } from '../../../src/payments/yuan.ts';
import { encodeGbk } from '../../support/payments/gbk.ts';
import {
  APP_ID,
  alipayNotice,
  alipayPair,
  NOW,
  pem,
  rsaPair,
  SELLER_ID,
  strangersPair,
  trade,
} from '../../support/payments/providers.ts';

const settings = { keys: [alipayPair.publicKey], appId: APP_ID, sellerId: SELLER_ID };
const provider = createAlipayProvider(settings);
const read = ({ body }: Callback, now = NOW) => provider.read({}, body, now);
const readText = (body: string) => provider.read({}, Buffer.from(body), NOW);
const UNVERIFIED = { ok: false, reason: 'unverified', message: 'the signature does not match' };

function verifiedOf(result: NoticeRead) {
  if (!result.ok) throw new Error(result.message);
  return result.verified;
}

const sdk = new AlipaySdk({
  appId: APP_ID,
  privateKey: strangersPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  keyType: 'PKCS8',
  alipayPublicKey: pem(alipayPair),
});

describe('a notice of Alipay', () => {
  it('is a payment with number, transaction, amount in fen, time and what is kept of it, and nothing of who paid', () => {
    const { kept, ...payment } = paymentOf(alipayNotice());
    expect(payment).to.deep.equal({
      provider: 'alipay',
      orderNumber: '2025030617143500001',
      transactionId: '2013112011001004330000121536',
      amount: 4200,
      paidAt: '2025-03-06T17:14:35+08:00',
    });
    expect(kept).to.include({ total_amount: '42.00', subject: '外卖 订单', seller_id: SELLER_ID });
    expect(kept).not.to.have.property('buyer_logon_id');
  });

  it('that another library signed is taken', () => {
    const fields = trade();
    const content = Formatter.queryStringLike(Formatter.ksort({ ...fields, body: 'not empty' }));
    const signature = Rsa.sign(content, alipayPair.privateKey);
    const form = new URLSearchParams({ ...fields, body: 'not empty', sign_type: 'RSA2', sign: signature });
    expect(verifiedOf(readText(form.toString())).kind).to.equal('payment');
  });

  it("of our own making is taken by Alipay's own library, and one that it refuses is refused here", () => {
    const checked = ({ body }: Callback) =>
      sdk.checkNotifySignV2(Object.fromEntries(new URLSearchParams(body.toString())));
    const forged = alipayNotice(trade(), { pair: strangersPair });
    const partly = Buffer.from(alipayNotice().body.toString().replace('42.00', '0.01'));
    expect(checked(alipayNotice())).to.equal(true);
    for (const one of [forged, { headers: {}, body: partly }]) {
      expect([checked(one), read(one)]).to.deep.equal([false, UNVERIFIED]);
    }
  });

  for (const charset of ['GBK', 'gb2312', 'GB18030']) {
    it(`in ${charset} is read as what was written`, () => {
      const fields = trade({ charset, subject: '红烧牛肉面' });
      const { kept } = paymentOf(alipayNotice(fields, { encode: encodeGbk }));
      expect(kept).to.include({ subject: '红烧牛肉面' });
    });
  }

  it('that is not in the charset that it names, or in one that nobody signs in, is a misfit', () => {
    const inGbk = alipayNotice(trade({ subject: '红烧牛肉面' }), { encode: encodeGbk });
    for (const one of [inGbk, alipayNotice(trade({ charset: 'utf-16le' }))]) {
      expect(verifiedOf(read(one))).to.include({ kind: 'misfit', reason: 'unreadable' });
    }
  });

  it('names the shop in what was passed to be passed back', () => {
    expect(paymentOf(alipayNotice(trade({ passback_params: 'shop=hill' }))).shopId).to.equal('hill');
  });

  const kinds: [string, string, Record<string, string>][] = [
    ['a trade that is finished', 'payment', { trade_status: 'TRADE_FINISHED' }],
    ['a trade without a refund so far', 'payment', { refund_fee: '0.00' }],
    ['a trade that waits for the buyer', 'irrelevant', { trade_status: 'WAIT_BUYER_PAY' }],
    ['a trade that was closed unpaid', 'irrelevant', { trade_status: 'TRADE_CLOSED' }],
    ['a refund in full', 'refund', { trade_status: 'TRADE_CLOSED', refund_fee: '42.00' }],
    ['a refund in part', 'refund', { trade_status: 'TRADE_SUCCESS', refund_fee: '9.90' }],
    ['another application', 'other-application', { app_id: '1' }],
    ['another seller', 'other-merchant', { seller_id: '1' }],
    ['another currency', 'other-currency', { trans_currency: 'HKD' }],
    ['no amount', 'unreadable', { total_amount: '' }],
    ['three decimals', 'unreadable', { total_amount: '42.001' }],
    ['a refund that is no amount', 'unreadable', { refund_fee: '-1.00' }],
    ['no trade', 'unreadable', { trade_no: '' }],
    ['a number with a space', 'unreadable', { out_trade_no: 'a b' }],
  ];
  for (const [what, kind, over] of kinds) {
    it(`of ${what} is: ${kind}`, () => {
      const verified = verifiedOf(read(alipayNotice(trade(over))));
      expect(verified.kind === 'misfit' ? verified.reason : verified.kind).to.equal(kind);
    });
  }

  it('of a refund says how much of the trade went back in all', () => {
    const verified = verifiedOf(read(alipayNotice(trade({ refund_fee: '9.90', out_biz_no: 'r-1' }))));
    expect(verified.kind === 'refund' && verified.refund).to.deep.include({
      transactionId: '2013112011001004330000121536',
      refundId: '2013112011001004330000121536',
      amount: 990,
    });
  });

  function paymentOf(callback: Callback) {
    const verified = verifiedOf(read(callback));
    if (verified.kind !== 'payment') throw new Error(verified.kind);
    const { evidence: kept, ...payment } = verified.payment;
    return { kept, ...payment };
  }
});

describe('what is refused of Alipay', () => {
  const fields = trade();
  const content = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');
  const signedWith = (algorithm: string, message: string) =>
    sign(algorithm, Buffer.from(message), alipayPair.privateKey).toString('base64');
  const form = (more: Record<string, string>) => new URLSearchParams({ ...fields, ...more }).toString();

  it('is another algorithm, whatever the notice says of it', () => {
    const rsa1 = signedWith('sha1', content);
    for (const sign_type of ['RSA', 'RSA2', '']) {
      expect(readText(form({ sign_type, sign: rsa1 })), sign_type).to.deep.equal(UNVERIFIED);
    }
    const rsa2 = signedWith('sha256', content);
    expect(readText(form({ sign_type: 'RSA', sign: rsa2 }))).to.deep.equal(UNVERIFIED);
    expect(readText(form({ sign_type: 'RSA2', sign: rsa2 })).ok).to.equal(true);
    expect(readText(form({ sign: rsa2 })).ok).to.equal(true);
  });

  it('is a field that stands twice, although one of the two was signed', () => {
    const body = alipayNotice().body.toString();
    for (const more of ['total_amount=42.00', 'total_amount=0.01', 'sign=x', 'sign_type=RSA2']) {
      expect(readText(`${body}&${more}`), more).to.deep.equal(UNVERIFIED);
      expect(readText(`${more}&${body}`), more).to.deep.equal(UNVERIFIED);
    }
  });

  it('is a field that was not signed, or one that is missing', () => {
    const body = alipayNotice().body.toString();
    expect(readText(`${body}&more=1`)).to.deep.equal(UNVERIFIED);
    expect(readText(body.replace('version=1.0&', ''))).to.deep.equal(UNVERIFIED);
  });

  it('is what is no form', () => {
    for (const body of [
      '',
      '&',
      '=',
      'a',
      '{"a":1}',
      'a=%',
      'a=%4',
      'a=%zz',
      '茶=1',
      'a=1&&b=2',
      'a&'.repeat(200),
    ]) {
      expect(readText(body), body).to.deep.equal(UNVERIFIED);
    }
  });

  it('is a body that is as large as any may be, once it was altered', () => {
    const { body } = alipayNotice(trade({ body: 'x'.repeat(63_900) }));
    expect(body.length).to.be.within(64_000, 65_536);
    expect(readText(body.toString()).ok).to.equal(true);
    expect(readText(body.toString().replace('xx', 'xy'))).to.deep.equal(UNVERIFIED);
  });

  it('is not an old one: Alipay comes again for a day, and what it says stays true', () => {
    expect(verifiedOf(read(alipayNotice(), NOW + 86_400_000)).kind).to.equal('payment');
  });
});

describe('the keys of Alipay', () => {
  it('are changed while notices come: before, both and after', () => {
    const next = rsaPair();
    const notices = [alipayNotice(), alipayNotice(trade(), { pair: next })];
    const taken = (...keys: (typeof next.publicKey)[]) => {
      const { read } = createAlipayProvider({ ...settings, keys });
      return notices.map(({ body }) => read({}, body, NOW).ok);
    };
    expect(taken(alipayPair.publicKey)).to.deep.equal([true, false]);
    expect(taken(alipayPair.publicKey, next.publicKey)).to.deep.equal([true, true]);
    expect(taken(next.publicKey)).to.deep.equal([false, true]);
  });
});

describe('an amount in yuan', () => {
  it('is a whole number of fen, exactly', () => {
    expect(['0.01', '0.1', '0', '19.99', '42', '1.10', '9999999999999.99'].map(fenOfYuan)).to.deep.equal([
      1, 10, 0, 1999, 4200, 110, 999_999_999_999_999,
    ]);
    for (let fen = 0; fen <= 100_000; fen++) {
      const text = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
      if (fenOfYuan(text) !== fen) throw new Error(text);
    }
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      '.',
      '1.',
      '.5',
      '01.00',
      '1.001',
      '-1.00',
      '+1',
      '1e2',
      ' 1',
      '1,00',
      '１',
      '99999999999999',
    ]) {
      expect(fenOfYuan(text), text).to.equal(undefined);
    }
  });
});

describe('the answer to Alipay', () => {
  it('is the bare word success for what is settled, and another one for what is to come again', () => {
    const bodyOf = (outcome: Parameters<typeof provider.reply>[0]) => provider.reply(outcome).body;
    expect(bodyOf({ outcome: 'irrelevant' })).to.equal('success');
    expect(bodyOf({ outcome: 'incident', kind: 'second-transaction' })).to.equal('success');
    expect(bodyOf({ outcome: 'incident', kind: 'unknown-number' })).to.equal('fail');
    expect(bodyOf({ outcome: 'unavailable' })).to.equal('fail');
    expect(bodyOf({ outcome: 'refused', reason: 'unverified', message: '' })).to.equal('fail');
  });
});
