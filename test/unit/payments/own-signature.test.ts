/** Every way in which a callback's signature can be wrong. */

import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { signatureFault, signPayment } from '../../../src/payments/own-signature.ts';

const SECRET = 'the secret that both sides know.';
const NEXT = 'the secret that will be theirs..';
const NOW = 1_741_281_275;
const body = Buffer.from('{"outTradeNo":"2025030617143500001","note":"茶"}');

function verdict(header: string | undefined, over: { secrets?: string[]; now?: number; body?: Buffer } = {}) {
  const { secrets = [SECRET], now = NOW * 1000 } = over;
  const message = signatureFault(header, over.body ?? body, { secrets, windowSeconds: 300 }, now);
  return message === undefined ? { ok: true } : { ok: false, message };
}

const hex = (text: string, secret = SECRET) => createHmac('sha256', secret).update(text).digest('hex');
const right = signPayment(body, SECRET, NOW);

const MISSING = 'the header Orderbell-Signature is missing';
const MALFORMED = 'the header Orderbell-Signature must be t=<unix seconds>,v1=<64 hex digits>';
const MISMATCH = 'the signature does not match';
const APART = "the signature's time is over 300 s from ours";

describe("a payment callback's signature", () => {
  it('is HMAC-SHA-256 over time, dot and body, in hex', () => {
    expect(right).to.equal(`t=${NOW},v1=${hex(`${NOW}.${body}`)}`);
    expect(verdict(right)).to.deep.equal({ ok: true });
  });

  const v1 = right.split('v1=')[1] ?? '';
  const accepted: [string, string, { secrets?: string[]; now?: number }][] = [
    ['with spaces after the commas', `t=${NOW}, v1=${v1}`, {}],
    ['with its parts in another order', `v1=${v1},t=${NOW}`, {}],
    ['in upper case', `t=${NOW},v1=${v1.toUpperCase()}`, {}],
    ['beside parts that are for others', `t=${NOW},v0=abc,v1=${v1},v2=def`, {}],
    [
      'with the new secret, while both are configured',
      signPayment(body, NEXT, NOW),
      { secrets: [SECRET, NEXT] },
    ],
    ['with the old secret, while both are configured', right, { secrets: [NEXT, SECRET] }],
    ['with two secrets of which we know one', `t=${NOW},v1=${hex('x')},v1=${v1}`, {}],
    ['300 s old', right, { now: (NOW + 300) * 1000 }],
    ['300 s ahead', right, { now: (NOW - 300) * 1000 }],
  ];
  for (const [what, header, over] of accepted) {
    it(`is taken ${what}`, () => {
      expect(verdict(header, over)).to.deep.equal({ ok: true });
    });
  }

  it('is taken again within the window: the payment is recorded once', () => {
    expect([verdict(right), verdict(right)]).to.deep.equal([{ ok: true }, { ok: true }]);
  });

  const refused: [
    string,
    string | undefined,
    string,
    { secrets?: string[]; now?: number; body?: Buffer }?,
  ][] = [
    ['that is missing', undefined, MISSING],
    ['that is empty', '', MISSING],
    ['without a time', `v1=${v1}`, MALFORMED],
    ['without a signature', `t=${NOW}`, MALFORMED],
    ['with an empty time', `t=,v1=${v1}`, MALFORMED],
    ['with a time that is none', `t=now,v1=${v1}`, MALFORMED],
    ['with a negative time', `t=-${NOW},v1=${v1}`, MALFORMED],
    ['with a broken time', `t=${NOW}.5,v1=${v1}`, MALFORMED],
    ['with an endless time', `t=${'9'.repeat(13)},v1=${v1}`, MALFORMED],
    ['with two times', `t=${NOW},t=${NOW},v1=${v1}`, MALFORMED],
    ['in two headers', `${right}, ${right}`, MALFORMED],
    ['that is cut short', `t=${NOW},v1=${v1.slice(0, 63)}`, MALFORMED],
    ['that is too long', `t=${NOW},v1=${v1}0`, MALFORMED],
    ['that is no hex', `t=${NOW},v1=${v1.slice(0, 63)}g`, MALFORMED],
    ['in base64', `t=${NOW},v1=${Buffer.from(v1, 'hex').toString('base64')}`, MALFORMED],
    ['with a right and a malformed one', `t=${NOW},v1=${v1},v1=no`, MALFORMED],
    ['with five of them', `t=${NOW}${`,v1=${v1}`.repeat(5)}`, MALFORMED],
    ['that is noise', 'sha256=abc', MALFORMED],
    ['of another secret', signPayment(body, NEXT, NOW), MISMATCH],
    ['of a secret that was dropped', right, MISMATCH, { secrets: [NEXT] }],
    ['of another body', right, MISMATCH, { body: Buffer.concat([body, Buffer.from(' ')]) }],
    ['of no body', right, MISMATCH, { body: Buffer.alloc(0) }],
    ['of the body alone', `t=${NOW},v1=${hex(String(body))}`, MISMATCH],
    ['of another time', `t=${NOW + 1},v1=${v1}`, MISMATCH],
    ['of the same time written otherwise', `t=0${NOW},v1=${v1}`, MISMATCH],
    [
      'of which the last digit is wrong',
      `t=${NOW},v1=${v1.slice(0, 63)}${v1.endsWith('0') ? 1 : 0}`,
      MISMATCH,
    ],
    ['that is right, but 301 s old', right, APART, { now: (NOW + 301) * 1000 }],
    ['that is right, but 301 s ahead', right, APART, { now: (NOW - 301) * 1000 }],
    ['that is wrong and old, which is not told', signPayment(body, NEXT, NOW - 9999), MISMATCH],
  ];
  for (const [what, header, message, over] of refused) {
    it(`${what} is refused`, () => {
      expect(verdict(header, over)).to.deep.equal({ ok: false, message });
    });
  }
});
