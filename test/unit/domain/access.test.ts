import { expect } from 'chai';
import { coversShop, type Grant, hasScope, NO_GRANT, shopOf } from '../../../src/domain/access.ts';
import { readCredentials } from '../../../src/domain/credentials.ts';

const grantOf = (shops: Grant['shops']): Grant => ({ subject: 's', shops, scopes: ['listen'] });

describe('a grant', () => {
  for (const [shops, asked, shop] of [
    ['*', undefined, 'default'],
    ['*', 'any', 'any'],
    [['corner'], undefined, 'corner'],
    [['corner'], 'corner', 'corner'],
    [['corner'], 'default', undefined],
    [['corner'], 'Corner', undefined],
    [['corner', 'default'], undefined, 'default'],
    [['corner', 'hill'], undefined, undefined],
    [['corner', 'hill'], 'hill', 'hill'],
    [[], undefined, undefined],
    [[], 'default', undefined],
    [['*'], 'corner', undefined],
  ] as const) {
    it(`for ${JSON.stringify(shops)} acts for ${shop ?? 'no shop'} when ${asked ?? 'nothing'} is asked`, () => {
      expect(shopOf(grantOf(shops), asked)).to.equal(shop);
    });
  }

  it('of nobody covers and allows nothing', () => {
    expect(coversShop(NO_GRANT, 'default')).to.equal(false);
    expect(hasScope(NO_GRANT, 'listen')).to.equal(false);
  });
});

describe('credentials', () => {
  const read = (authorization: string, protocols = '', query = '', queryToken = true) =>
    readCredentials({ authorization, protocols, query: new URLSearchParams(query) }, { queryToken });

  for (const [authorization, protocols, query, token] of [
    ['', '', '', undefined],
    ['Bearer t.o.k', '', '', 't.o.k'],
    ['bearer t.o.k', '', '', 't.o.k'],
    ['BEARER   t.o.k ', '', '', 't.o.k'],
    ['', 'orderbell.v1, bearer.t.o.k', '', 't.o.k'],
    ['', 'bearer.t.o.k,orderbell.v1', '', 't.o.k'],
    ['', '', 'shop=a&token=t.o.k', 't.o.k'],
    ['Bearer t.o.k', 'bearer.t.o.k', 'token=t.o.k', 't.o.k'],
    ['Basic dTpw', 'bearer.t.o.k', '', 't.o.k'],
    ['Basic dTpw', '', '', undefined],
    ['Bearerish x', '', '', undefined],
    ['Bearer', '', '', ''],
    ['', 'bearer.', '', ''],
    ['', '', 'token=', ''],
    ['', 'bearer', '', undefined],
    ['', 'Bearer.t', '', undefined],
    ['Bearer a, Bearer b', '', '', 'a, Bearer b'],
  ] as const) {
    const printed = JSON.stringify([authorization, protocols, query]);
    it(`in ${printed} hold ${token === undefined ? 'no token' : JSON.stringify(token)}`, () => {
      expect(read(authorization, protocols, query)).to.deep.equal({ ok: true, token });
    });
  }

  for (const [authorization, protocols, query] of [
    ['Bearer a', 'bearer.b', ''],
    ['Bearer a', '', 'token=b'],
    ['', 'bearer.a', 'token=b'],
    ['', 'bearer.a, bearer.b', ''],
    ['', '', 'token=a&token=b'],
    ['Bearer a', '', 'token='],
  ] as const) {
    it(`are refused where they differ: ${JSON.stringify([authorization, protocols, query])}`, () => {
      expect(read(authorization, protocols, query)).to.deep.equal({
        ok: false,
        message: 'more than one token: send one',
      });
    });
  }

  for (const [authorization, protocols, query] of [
    ['', '', 'token=a'],
    ['', '', 'shop=b&token='],
    ['Bearer a', '', 'token=a'],
    ['', 'bearer.a', 'token=a&token=b'],
  ] as const) {
    const printed = JSON.stringify([authorization, protocols, query]);
    it(`are refused with a token in the query, where that may not be: ${printed}`, () => {
      expect(read(authorization, protocols, query, false)).to.have.property('ok', false);
    });
  }

  it('are taken from elsewhere where the query may have none', () => {
    expect(read('Bearer a', 'bearer.a', 'shop=token', false)).to.deep.equal({ ok: true, token: 'a' });
  });
});
