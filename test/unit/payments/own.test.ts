/** Callbacks of our own form, signed as Standard Webhooks have it: the standard's own library signs and checks the same ones. */

import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { createOwnProvider } from '../../../src/payments/own.ts';
import { signPayment } from '../../../src/payments/own-signature.ts';
import { NOW } from '../../support/payments/providers.ts';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const PLAIN = 'the secret that both sides know.';
const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
const body = Buffer.from('{"outTradeNo":"2025030617143500001","amount":4200,"note":"茶"}');

const reply = () => ({ status: 200, headers: {}, body: '' });
const provider = createOwnProvider({ signatures: { secrets: [SECRET, PLAIN], windowSeconds: 300 }, reply });

function headersOf(over: { webhook?: Webhook; id?: string; at?: number; of?: Buffer } = {}) {
  const { webhook = new Webhook(SECRET), id = ID, at = NOW, of = body } = over;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': webhook.sign(id, new Date(at), of.toString()),
  };
}
const read = (headers: Record<string, string>, of = body) => provider.read(headers, of, NOW);
const messageOf = (headers: Record<string, string>, of = body) => {
  const result = read(headers, of);
  return result.ok ? 'ok' : result.message;
};

const MISMATCH = 'the signature does not match';
const MALFORMED = 'the headers webhook-id, webhook-timestamp and webhook-signature are malformed';

describe('a payment callback with the headers of Standard Webhooks', () => {
  it("is taken as the standard's library signs it, with a secret of its form or any other", () => {
    const result = read(headersOf());
    expect(result.ok && result.verified.kind === 'payment' && result.verified.payment).to.deep.equal({
      provider: 'own',
      orderNumber: '2025030617143500001',
      amount: 4200,
      evidence: { outTradeNo: '2025030617143500001', amount: 4200 },
    });
    expect(read(headersOf({ webhook: new Webhook(PLAIN, { format: 'raw' }) })).ok).to.equal(true);
  });

  it("that was signed by hand is taken by the standard's library as well", () => {
    const at = Date.now();
    const time = String(Math.floor(at / 1000));
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`${ID}.${time}.`).update(body).digest('base64');
    const headers = {
      'webhook-id': ID,
      'webhook-timestamp': time,
      'webhook-signature': `v1,${signature}`,
    };
    expect(new Webhook(SECRET).verify(body.toString(), headers)).to.be.an('object');
    expect(provider.read(headers, body, at).ok).to.equal(true);
  });

  it('is taken with several signatures of which one is right, and with those of other versions', () => {
    const headers = headersOf();
    const other = headersOf({ webhook: new Webhook(`whsec_${randomBytes(32).toString('base64')}`) });
    const both = `${other['webhook-signature']} v1a,abc ${headers['webhook-signature']}`;
    expect(messageOf({ ...headers, 'webhook-signature': both })).to.equal('ok');
    expect(messageOf(other)).to.equal(MISMATCH);
  });

  it('is refused of another body, id or time, old, from the future, and malformed', () => {
    const headers = headersOf();
    expect(messageOf(headers, Buffer.from(`${body} `))).to.equal(MISMATCH);
    expect(messageOf({ ...headers, 'webhook-id': 'another' })).to.equal(MISMATCH);
    expect(messageOf({ ...headers, 'webhook-timestamp': String(NOW / 1000 + 1) })).to.equal(MISMATCH);
    for (const seconds of [-301, 301]) {
      expect(messageOf(headersOf({ at: NOW + seconds * 1000 }))).to.match(/over 300 s from ours/);
    }
    const signature = headers['webhook-signature'];
    for (const wrong of [
      'v1',
      'v1,',
      'v1,abc',
      `${signature} v1,abc`,
      `${signature}=`,
      `${signature} `.repeat(5),
    ]) {
      expect(messageOf({ ...headers, 'webhook-signature': wrong }), wrong).to.equal(MALFORMED);
    }
    expect(messageOf({ ...headers, 'webhook-id': '' })).to.equal(MALFORMED);
    expect(messageOf({ ...headers, 'webhook-timestamp': 'now' })).to.equal(MALFORMED);
    expect(messageOf({})).to.match(/Orderbell-Signature is missing/);
  });

  it('is judged by our own header where that is there too', () => {
    const signature = signPayment(body, PLAIN, NOW / 1000);
    expect(messageOf({ ...headersOf({ id: 'x' }), 'orderbell-signature': signature })).to.equal('ok');
    expect(messageOf({ ...headersOf(), 'orderbell-signature': 't=1,v1=ab' })).to.match(/must be t=/);
  });
});

describe('what a callback of our own form says', () => {
  const token = createOwnProvider({ reply });
  const readText = (text: string) => token.read({}, Buffer.from(text), NOW);

  it('is read without a signature where a token is asked for instead', () => {
    expect(token).to.deep.include({ headers: [], isSigned: false });
    expect(readText('{"outTradeNo":"n-1"}').ok).to.equal(true);
  });

  it('is refused where it is no JSON, no notice, or of a payment far ahead', () => {
    expect(readText('no JSON')).to.include({ ok: false, reason: 'not-json' });
    expect(readText('{}')).to.include({ ok: false, reason: 'invalid' });
    const ahead = readText('{"outTradeNo":"n-1","paidAt":"2125-01-01T00:00:00Z"}');
    expect(ahead).to.include({
      reason: 'invalid',
      message: '/paidAt: is more than a day ahead of our clock',
    });
  });

  it('is checked before it is read', () => {
    for (const of of ['', 'no JSON', '{}'])
      expect(read({}, Buffer.from(of))).to.include({ reason: 'unverified' });
  });
});
