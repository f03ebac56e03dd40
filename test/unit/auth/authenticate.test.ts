/** Every way in which a token can be wrong, and the ways in which it is right. */

import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { JWTPayload } from 'jose';
import { createAuthenticate } from '../../../src/auth/authenticate.ts';
import { type Keys, secretKeys } from '../../../src/auth/keys.ts';
import type { Authentication } from '../../../src/domain/access.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { makeKeyPair, makeToken, SECRET, type TokenOptions, tokenOf } from '../../support/tokens.ts';

const silent = createLogger('silent');
const rules = { algorithms: [], issuer: '', audience: '', clockSkewSeconds: 5, maxTokenDays: 0 };
/** When the file is read; the tests may come much later. */
const NOW = Date.now();

function look(
  token: string | undefined,
  over: Partial<typeof rules> = {},
  now = Date.now(),
  keys: Keys = secretKeys(SECRET),
): Authentication | Promise<Authentication> {
  return createAuthenticate(keys, { ...rules, ...over }, silent, () => now)(token);
}

async function refusalOf(token: string | undefined, over: Partial<typeof rules> = {}, now = Date.now()) {
  const admission = await look(token, over, now);
  if (admission.ok) throw new Error('it was let in');
  expect(admission.reason).to.equal('unauthenticated');
  return admission.message;
}

const unsigned = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const NOT_VALID = 'the token is not valid';

describe('a token', () => {
  it('grants what its claims say, until its time and the skew are over', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const claims = { sub: 'ring', shop: 'corner', scope: 'listen log:read', exp };
    const token = await makeToken({ claims, expiresIn: null });
    const signedPart = token.slice(0, token.lastIndexOf('.'));
    expect(await look(token)).to.deep.equal({
      ok: true,
      grant: {
        subject: 'ring',
        token: createHash('sha256').update(signedPart).digest('base64url'),
        shops: ['corner'],
        scopes: ['listen', 'log:read'],
        expiresAt: (exp + 5) * 1000,
      },
    });
  });

  for (const [what, claims, shops, scopes] of [
    ['several shops as a list', { shop: ['a', 'b'] }, ['a', 'b'], ['listen']],
    ['several shops as one text', { shop: 'a b' }, ['a', 'b'], ['listen']],
    ['all shops', { shop: '*' }, '*', ['listen']],
    ['all shops among others', { shop: ['a', '*'] }, '*', ['listen']],
    ['no shop', { shop: undefined }, [], ['listen']],
    ['scopes as a list', { scope: ['ops', 'listen'] }, ['corner'], ['listen', 'ops']],
    ['scopes that are not ours beside one that is', { scope: 'openid listen' }, ['corner'], ['listen']],
    ['no scope', { scope: undefined }, ['corner'], []],
    ['a scope that is nearly ours', { scope: 'Listen orders' }, ['corner'], []],
  ] as const) {
    it(`may name ${what}`, async () => {
      const admission = await look(await makeToken({ claims }));
      expect(admission).to.have.property('ok', true);
      expect(admission).to.deep.nested.include({ 'grant.shops': shops, 'grant.scopes': scopes });
    });
  }

  const wrong: [string, TokenOptions, Partial<typeof rules>, string][] = [
    ['that has expired', { expiresIn: -6 }, {}, 'the token has expired'],
    [
      'that expired within a skew that is not allowed',
      { expiresIn: -1 },
      { clockSkewSeconds: 0 },
      'the token has expired',
    ],
    ['that never expires', { expiresIn: null }, {}, "the token's exp is missing or malformed"],
    [
      'whose time is no number',
      { claims: { exp: 'never' as unknown as number }, expiresIn: null },
      {},
      "the token's exp is missing or malformed",
    ],
    [
      'that is not valid yet',
      { claims: { nbf: Math.floor(NOW / 1000) + 86_400 } },
      {},
      'the token is not valid yet',
    ],
    ['of another issuer', { claims: { iss: 'them' } }, { issuer: 'us' }, 'the token is from another issuer'],
    ['of no issuer', {}, { issuer: 'us' }, 'the token is from another issuer'],
    [
      'for another audience',
      { claims: { aud: 'them' } },
      { audience: 'us' },
      'the token is for another audience',
    ],
    ['for no audience', {}, { audience: 'us' }, 'the token is for another audience'],
    ['without a subject', { without: 'sub' }, {}, "the token's sub is missing or malformed"],
    ['with an empty subject', { claims: { sub: '' } }, {}, "the token's sub, shop or scope is malformed"],
    ['for what is no shop', { claims: { shop: 'a/b' } }, {}, "the token's sub, shop or scope is malformed"],
    ['for a number of shops', { claims: { shop: 7 } }, {}, "the token's sub, shop or scope is malformed"],
    [
      'with scopes that are none',
      { claims: { scope: { listen: true } } },
      {},
      "the token's sub, shop or scope is malformed",
    ],
    ...[
      ['a list of shops that holds a list', { shop: ['corner *'] }],
      ['a list of shops with a space', { shop: ['corner', 'hill '] }],
      ['a list of shops with an empty one', { shop: ['corner', ''] }],
      ['a list of all shops and what is none', { shop: ['*', 'a/b'] }],
      ['a text of all shops and what is none', { shop: '* a/b' }],
      ['a list of scopes that holds a list', { scope: ['log:read ops'] }],
      ['a list of scopes with an empty one', { scope: ['listen', ''] }],
      ['a list of scopes with a line feed', { scope: ['listen', 'a\nb'] }],
    ].map(([what, claims]): [string, TokenOptions, Partial<typeof rules>, string] => [
      `with ${what}`,
      { claims: claims as JWTPayload },
      {},
      "the token's sub, shop or scope is malformed",
    ]),
    [
      'whose end is too far away',
      { expiresIn: 91 * 86_400 },
      { maxTokenDays: 90 },
      'the token may end in 90 days at the latest',
    ],
    [
      'that ends at no time at all',
      { claims: { exp: 1e300 }, expiresIn: null },
      { maxTokenDays: 90 },
      'the token may end in 90 days at the latest',
    ],
    ...['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'application/logout+jwt', 'jwt2', ''].map(
      (typ): [string, TokenOptions, Partial<typeof rules>, string] => [
        `of the type ${JSON.stringify(typ)}`,
        { header: { typ } },
        {},
        'the token is for another use: its typ may be JWT or at+jwt',
      ],
    ),
    ['signed with another secret', { key: Buffer.from('another secret of thirty-two bytes') }, {}, NOT_VALID],
    ['signed with HS512', { algorithm: 'HS512', key: Buffer.from(SECRET.padEnd(64)) }, {}, NOT_VALID],
  ];
  for (const [what, options, over, message] of wrong) {
    it(`${what} is refused`, async () => {
      expect(await refusalOf(await makeToken(options), over)).to.equal(message);
    });
  }

  for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt']) {
    it(`of the type ${typ} is taken`, async () => {
      expect(await look(await makeToken({ header: { typ } }))).to.have.property('ok', true);
    });
  }

  it('may end as late as is allowed, and without a limit at any time', async () => {
    const token = await makeToken({ expiresIn: 90 * 86_400 });
    expect(await look(token, { maxTokenDays: 90 })).to.have.property('ok', true);
    expect(await look(await makeToken({ claims: { exp: 4e9 }, expiresIn: null }))).to.have.property(
      'ok',
      true,
    );
  });

  it('has one name however its signature is written, and another than any other token', async () => {
    const token = await makeToken();
    const nameOf = async (text: string) => {
      const admission = await look(text);
      return admission.ok ? admission.grant.token : admission.message;
    };
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // Two bits of the last letter stand for nothing.
    const last = alphabet[alphabet.indexOf(token.at(-1) ?? '') ^ 1] ?? '';
    const twin = token.slice(0, -1) + last;
    expect(twin).not.to.equal(token);
    expect(await nameOf(twin)).to.equal(await nameOf(token));
    expect(await nameOf(await makeToken({ claims: { jti: '2' } }))).not.to.equal(await nameOf(token));
  });

  it('is taken from the issuer and for the audience that are asked for, among others', async () => {
    const claims = { iss: 'us', aud: ['them', 'us'] };
    const over = { issuer: 'us', audience: 'us' };
    expect(await look(await makeToken({ claims }), over)).to.have.property('ok', true);
  });

  it('is taken within the skew of the clocks, on both sides', async () => {
    const now = Math.floor(NOW / 1000);
    const token = await makeToken({ claims: { nbf: now + 4, exp: now - 4 }, expiresIn: null });
    expect(await look(token, {}, NOW)).to.have.property('ok', true);
  });

  it('that is missing is refused without a wait', () => {
    expect(look(undefined)).to.deep.equal({
      ok: false,
      reason: 'unauthenticated',
      message: 'a token is required',
    });
  });

  it('that claims to need no signature is refused', async () => {
    const claims = { sub: 'a', shop: '*', scope: 'ops', exp: 4e9 };
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await refusalOf(`${unsigned({ alg })}.${unsigned(claims)}.`), alg).to.equal(NOT_VALID);
    }
  });

  it('that was changed after it was signed is refused', async () => {
    const [header, , signature] = (await makeToken()).split('.');
    const claims = { sub: 'a', shop: '*', scope: 'ops', exp: 4e9 };
    expect(await refusalOf(`${header}.${unsigned(claims)}.${signature}`)).to.equal(NOT_VALID);
  });

  it('that is expired and forged is not told that it is expired', async () => {
    const key = Buffer.from('another secret of thirty-two bytes');
    expect(await refusalOf(await makeToken({ key, expiresIn: -60 }))).to.equal(NOT_VALID);
  });

  for (const garbage of [
    '',
    'a',
    'a.b',
    'a.b.c',
    '..',
    'ö.ö.ö',
    '\0',
    'a'.repeat(9000),
    '{}.{}.{}',
    'e30.e30.',
  ]) {
    it(`that is ${JSON.stringify(garbage.slice(0, 10))} is refused`, async () => {
      expect(await refusalOf(garbage)).to.equal(NOT_VALID);
    });
  }

  /** Rightly signed, whatever it is that is signed. */
  function signed(header: object, payload: string): string {
    const text = `${unsigned(header)}.${Buffer.from(payload).toString('base64url')}`;
    return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
  }

  it('whose payload is no object is refused, although it is rightly signed', async () => {
    for (const payload of ['null', '[]', '7', 'no JSON']) {
      expect(await refusalOf(signed({ alg: 'HS256' }, payload)), payload).to.equal(NOT_VALID);
    }
  });

  it('with an extension that it calls critical and we do not know is refused', async () => {
    const payload = JSON.stringify({ sub: 'a', exp: 4e9 });
    expect(await look(signed({ alg: 'HS256' }, payload))).to.have.property('ok', true);
    expect(await refusalOf(signed({ alg: 'HS256', crit: ['x'], x: 1 }, payload))).to.equal(NOT_VALID);
  });

  it('is read by the clock that is handed in', async () => {
    const token = await makeToken({ claims: { exp: Math.floor(NOW / 1000) + 600 }, expiresIn: null });
    expect(await look(token, {}, NOW + 604_000)).to.have.property('ok', true);
    expect(await refusalOf(token, {}, NOW + 606_000)).to.equal('the token has expired');
  });
});

describe('a key of one kind', () => {
  const pairs = (['RS256', 'ES256', 'EdDSA'] as const).map((algorithm) => makeKeyPair(algorithm, algorithm));
  const keysOf = (index: number): Keys => ({
    key: pairs[index]?.publicKey ?? expect.fail(),
    algorithms: ['RS256', 'ES256', 'EdDSA'],
  });

  for (const [index, pair] of pairs.entries()) {
    it(`checks ${pair.algorithm}`, async () => {
      expect(await look(await tokenOf(pair), {}, NOW, keysOf(index))).to.have.property('ok', true);
    });

    it(`does not take its public half for a secret: ${pair.algorithm}`, async () => {
      const halves = [
        pair.publicKey.export({ type: 'spki', format: 'pem' }),
        pair.publicKey.export({ type: 'spki', format: 'der' }),
      ];
      for (const exported of halves) {
        const secret = Buffer.from(exported);
        const token = await makeToken({ key: secret });
        expect(await look(token, {}, NOW, keysOf(index))).to.include({ ok: false, message: NOT_VALID });
      }
    });

    it(`is not used where it is not among the algorithms that are pinned: ${pair.algorithm}`, async () => {
      const over = {
        algorithms: ['RS256', 'ES256', 'EdDSA'].filter((name) => name !== pair.algorithm) as never[],
      };
      expect(await look(await tokenOf(pair), over, NOW, keysOf(index))).to.include({
        ok: false,
        message: NOT_VALID,
      });
    });
  }
});
