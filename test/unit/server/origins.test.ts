import { expect } from 'chai';
import { isAllowedOrigin } from '../../../src/server/origins.ts';

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
