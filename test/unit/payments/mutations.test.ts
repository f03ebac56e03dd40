/**
 * Thousands of callbacks of which one place was altered: as they were sent, and, for what is sealed, signed anew as if the
 * signature's key were known. None is taken for a payment. With MUTATIONS=table the counts are printed.
 */

import { createPublicKey, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Callback, signWechat } from '../../../src/dev/pay/wechat-callback.ts';
import type { NoticeRead } from '../../../src/domain/payment-provider.ts';
import { createAlipayProvider } from '../../../src/payments/alipay.ts';
import { createOwnProvider } from '../../../src/payments/own.ts';
import { signPayment } from '../../../src/payments/own-signature.ts';
import { createWechatProvider } from '../../../src/payments/wechat.ts';
import {
  type Change,
  change,
  changeBytes,
  changeInJson,
  changeText,
  withHeader,
} from '../../support/payments/mutations.ts';
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
  transaction,
  wechatNotice,
  wechatPair,
} from '../../support/payments/providers.ts';

const counts: Record<string, { tried: number; refused: number; unreadable: number; taken: number }> = {};

function note(where: string, result: NoticeRead): void {
  counts[where] ??= { tried: 0, refused: 0, unreadable: 0, taken: 0 };
  const count = counts[where];
  count.tried++;
  if (!result.ok) count.refused++;
  else if (result.verified.kind === 'misfit' && result.verified.reason === 'unreadable') count.unreadable++;
  else count.taken++;
}

/** Runs each of the regions so often; none may be taken. */
function mutate(provider: string, regions: Record<string, (one: Change) => NoticeRead>, times: number): void {
  for (const [region, attempt] of Object.entries(regions)) {
    it(`${provider}: ${times} changes of ${region}`, () => {
      fc.assert(
        fc.property(change, (one) => {
          const result = attempt(one);
          note(`${provider}: ${region}`, result);
          expect(result.ok && result.verified.kind !== 'misfit', JSON.stringify(one)).to.equal(false);
        }),
        { numRuns: times },
      );
    });
  }
}

describe('an altered callback is not taken', () => {
  after(() => {
    if (process.env.MUTATIONS === 'table') console.table(counts);
  });

  const settings = {
    apiV3Key: API_V3_KEY,
    keys: new Map([[SERIAL, wechatPair.publicKey]]),
    mchid: MCHID,
    appids: [APPID],
    subMchids: [],
    subAppids: [],
  };
  const sender = { serial: SERIAL, privateKey: wechatPair.privateKey, apiV3Key: API_V3_KEY };
  const wechat = createWechatProvider(settings);
  const sent = wechatNotice();
  const read = ({ headers, body }: Callback) => wechat.read(headers, body, NOW);
  const header = (name: string) => (one: Change) =>
    read(withHeader(sent, name, (text) => changeText(text, one)));
  const inBody = (name: string) => (one: Change) =>
    read({ ...sent, body: changeInJson(sent.body, name, (text) => changeText(text, one)) });
  const signedAnew = (name: string, alter: (text: string, one: Change) => string) => (one: Change) =>
    read(
      signWechat(
        sender,
        changeInJson(sent.body, name, (text) => alter(text, one)),
        NOW / 1000,
      ),
    );
  /** In the sealed bytes from `from` to `to`, the tag being the last 16. */
  const sealed = (from: number, to?: number) => (text: string, one: Change) => {
    const bytes = Buffer.from(text, 'base64');
    const end = to ?? bytes.length;
    const start = from < 0 ? bytes.length + from : from;
    const part = changeBytes(bytes.subarray(start, end), { ...one, kind: 'bit' });
    return Buffer.concat([bytes.subarray(0, start), part, bytes.subarray(end)]).toString('base64');
  };
  const amountAt = Buffer.from(JSON.stringify(transaction())).indexOf('"total":4200') + 8;

  mutate(
    'wechat',
    {
      'the header Wechatpay-Serial': header('wechatpay-serial'),
      'the header Wechatpay-Timestamp': header('wechatpay-timestamp'),
      'the header Wechatpay-Nonce': header('wechatpay-nonce'),
      'the header Wechatpay-Signature': header('wechatpay-signature'),
      'the body, anywhere': (one) => read({ ...sent, body: changeBytes(sent.body, one) }),
      'the event type': inBody('event_type'),
      'the ciphertext': inBody('ciphertext'),
      "the resource's nonce": inBody('nonce'),
      'the associated data': inBody('associated_data'),
      'the public key': (one) => {
        const keys = new Map([[SERIAL, otherKey(one)]]);
        return createWechatProvider({ ...settings, keys }).read(sent.headers, sent.body, NOW);
      },
    },
    500,
  );

  mutate(
    'wechat, signed anew',
    {
      'the ciphertext': signedAnew('ciphertext', sealed(0)),
      'the amount in the ciphertext': signedAnew('ciphertext', sealed(amountAt, amountAt + 4)),
      'the tag': signedAnew('ciphertext', sealed(-16)),
      "the resource's nonce": signedAnew('nonce', changeText),
      'the associated data': signedAnew('associated_data', changeText),
      'the APIv3 key': (one) => {
        const apiV3Key = changeBytes(Buffer.from(API_V3_KEY), { ...one, kind: 'bit', by: one.by % 7 });
        const { read } = createWechatProvider({ ...settings, apiV3Key: apiV3Key.toString() });
        return read(sent.headers, sent.body, NOW);
      },
    },
    250,
  );

  const alipay = createAlipayProvider({ keys: [alipayPair.publicKey], appId: APP_ID, sellerId: SELLER_ID });
  const notice = alipayNotice().body;
  const meaning = (body: Buffer) =>
    JSON.stringify([...new URLSearchParams(body.toString('latin1'))].sort(([a], [b]) => (a < b ? -1 : 1)));
  const field = (name: string) => (one: Change) => {
    const fields = new URLSearchParams(notice.toString());
    fields.set(name, changeText(fields.get(name) ?? '', one));
    return alipay.read({}, Buffer.from(fields.toString()), NOW);
  };
  mutate(
    'alipay',
    {
      'the body, anywhere': (one) => {
        const body = changeBytes(notice, one);
        // `%2D` is `-`: nothing was altered.
        if (meaning(body) === meaning(notice)) return alipay.read({}, Buffer.alloc(0), NOW);
        return alipay.read({}, body, NOW);
      },
      'the signature': field('sign'),
      'the type of the signature': field('sign_type'),
      'the amount': field('total_amount'),
      'the number': field('out_trade_no'),
      'the trade': field('trade_no'),
      'the status': field('trade_status'),
      'the application': field('app_id'),
      'the seller': field('seller_id'),
      'the charset': field('charset'),
      'an empty field': field('body'),
      'the public key': (one) => {
        const keys = [otherKey(one, alipayPair)];
        const other = createAlipayProvider({ keys, appId: APP_ID, sellerId: SELLER_ID });
        return other.read({}, notice, NOW);
      },
    },
    500,
  );

  const secret = 'the secret of payments of 32 bytes';
  const own = createOwnProvider({
    signatures: { secrets: [secret], windowSeconds: 300 },
    reply: () => ({ status: 500, headers: {}, body: '' }),
  });
  const json = Buffer.from(JSON.stringify({ outTradeNo: 'n-1', amount: 4200, transactionId: 'tx-1' }));
  const time = NOW / 1000;
  const signature = signPayment(json, secret, time);
  mutate(
    'own',
    {
      'the body, anywhere': (one) =>
        own.read({ 'orderbell-signature': signature }, changeBytes(json, one), NOW),
      'the digits of the signature': (one) => {
        const [start = '', digits = ''] = signature.split('v1=');
        const changed = changeText(digits, one);
        // Hex is taken in either case.
        const isSame = changed.toLowerCase() === digits;
        return own.read({ 'orderbell-signature': isSame ? '' : `${start}v1=${changed}` }, json, NOW);
      },
      'the time': (one) => {
        const header = signature.replace(String(time), changeText(String(time), { ...one, by: one.by % 95 }));
        // Spaces around a part mean nothing.
        const isSame = header.replaceAll(' ', '') === signature;
        return own.read({ 'orderbell-signature': isSame ? '' : header }, json, NOW);
      },
    },
    500,
  );

  it('and what was not altered is', () => {
    expect(read(sent).ok).to.equal(true);
    expect(alipay.read({}, notice, NOW).ok).to.equal(true);
    expect(own.read({ 'orderbell-signature': signature }, json, NOW).ok).to.equal(true);
    const anew = signWechat(sender, sent.body, time);
    expect(read(anew).ok).to.equal(true);
  });
});

/** Another modulus or exponent. The rest of a key's file has places that mean nothing. */
function otherKey(one: Change, { publicKey } = wechatPair): KeyObject {
  const jwk = publicKey.export({ format: 'jwk' });
  const name = one.by % 8 === 0 ? 'e' : 'n';
  const bytes = changeBytes(Buffer.from(jwk[name] ?? '', 'base64url'), { ...one, kind: 'bit' });
  return createPublicKey({ key: { ...jwk, [name]: bytes.toString('base64url') }, format: 'jwk' });
}
