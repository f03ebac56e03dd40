/** What is decided before an upgrade; the tokens are names of grants. */

import { expect } from 'chai';
import type { Authenticate, Grant } from '../../../../src/domain/access.ts';
import { admit, type Knock } from '../../../../src/gateway/upgrade/admission.ts';
import { isAllowedOrigin } from '../../../../src/server/origins.ts';

const grant: Grant = { subject: 's', shops: ['corner'], scopes: ['listen'], expiresAt: 1 };
const grants: Record<string, Grant> = {
  one: grant,
  two: { ...grant, shops: ['corner', 'hill'] },
  all: { ...grant, shops: '*' },
  deaf: { ...grant, scopes: ['orders:write', 'log:read', 'ops'] },
};

const authenticate: Authenticate = async (token = 'none') => {
  const found = grants[token];
  if (found !== undefined) return { ok: true, grant: found };
  return {
    ok: false,
    reason: token === 'away' ? 'unavailable' : 'unauthenticated',
    message: `no ${token.length}`,
  };
};

function enter(knock: Partial<Knock>) {
  const parts = { sid: 'till', query: '', protocols: '', authorization: '', ...knock };
  return admit(parts, { authenticate, queryToken: true });
}

describe('admission', () => {
  for (const [query, shopId] of [
    ['token=one', 'corner'],
    ['token=one&shop=corner', 'corner'],
    ['token=two&shop=hill', 'hill'],
    ['token=all', 'default'],
    ['token=all&shop=any', 'any'],
  ]) {
    it(`with ${query} is to ${shopId}`, async () => {
      expect(await enter({ query: query ?? '' })).to.deep.equal({
        request: { shopId, sid: 'till', protocol: 'plain' },
        grant: grants[query?.split(/[=&]/)[1] ?? ''],
      });
    });
  }

  for (const knock of [
    { authorization: 'Bearer one' },
    { protocols: 'orderbell.v1, bearer.one' },
    { query: 'token=one' },
    { authorization: 'Bearer one', protocols: 'bearer.one', query: 'token=one' },
  ]) {
    it(`takes the token from ${JSON.stringify(knock)}`, async () => {
      expect(await enter(knock)).to.have.property('grant', grant);
    });
  }

  for (const [what, knock, refused, message] of [
    ['without a token', {}, 'unauthenticated', 'no 4'],
    ['with a wrong token', { query: 'token=hunter2' }, 'unauthenticated', 'no 7'],
    ['while the keys are away', { query: 'token=away' }, 'unavailable', 'no 4'],
    ['without the scope', { query: 'token=deaf' }, 'forbidden', 'the token lacks the scope listen'],
    ['to another shop', { query: 'token=one&shop=hill' }, 'forbidden', 'the token is not for this shop'],
    [
      'to one of several shops that is not named',
      { query: 'token=two' },
      'forbidden',
      'the token is for other shops: name one of them',
    ],
    [
      'with two tokens',
      { authorization: 'Bearer one', query: 'token=all' },
      'invalid',
      'more than one token: send one',
    ],
  ] as const) {
    it(`is refused ${what}`, async () => {
      expect(await enter(knock))
        .to.have.property('refused')
        .that.includes({ reason: refused, message });
    });
  }

  it('refuses what is malformed without looking into the token', () => {
    const entry = enter({ sid: 'a b', query: 'token=one' });
    expect(entry).to.have.property('refused').that.includes({ reason: 'invalid' });
  });
});

describe('an origin', () => {
  const rules = ['https://shop.example', 'https://*.bell.example:8443', 'http://localhost:3000'];
  for (const origin of ['', 'https://shop.example', 'https://a.bell.example:8443', 'http://localhost:3000']) {
    it(`is let in: ${JSON.stringify(origin)}`, () => {
      expect(isAllowedOrigin(origin, rules)).to.equal(true);
    });
  }

  for (const origin of [
    'null',
    '*',
    'http://shop.example',
    'https://shop.example:444',
    'https://shop.example.evil.example',
    'https://evilshop.example',
    'https://a.shop.example',
    'https://bell.example:8443',
    'https://.bell.example:8443',
    'https://a.b.bell.example:8443',
    'https://evil.example/.bell.example:8443',
    'https://a.bell.example',
    'http://a.bell.example:8443',
    'http://localhost',
    'HTTPS://SHOP.EXAMPLE',
  ]) {
    it(`is kept out: ${origin}`, () => {
      expect(isAllowedOrigin(origin, rules)).to.equal(false);
    });
  }

  it('is let in whatever it is where all are', () => {
    for (const origin of ['https://any.example', 'null', 'x'])
      expect(isAllowedOrigin(origin, ['*'])).to.equal(true);
  });

  it('is kept out where none is allowed, and whoever has none is not', () => {
    expect(isAllowedOrigin('https://shop.example', [])).to.equal(false);
    expect(isAllowedOrigin('', [])).to.equal(true);
  });

  it('may be that of a page without one, where that is said', () => {
    expect(isAllowedOrigin('null', ['null'])).to.equal(true);
  });
});
