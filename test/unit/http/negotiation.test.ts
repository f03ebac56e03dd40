import { expect } from 'chai';
import { type Encoding, hasAlready, pickEncoding } from '../../../src/http/negotiation.ts';

describe('the encoding of an answer', () => {
  const both: readonly Encoding[] = ['br', 'gzip'];
  const cases: [string, Encoding | undefined][] = [
    ['', undefined],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['GZIP;q=0.3', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br; q=0.0, *', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['gzip;q=no', undefined],
    ['identity', undefined],
    [';;,,', undefined],
  ];
  for (const [accepted, encoding] of cases) {
    it(`is ${encoding ?? 'none'} where a client accepts ${JSON.stringify(accepted)}`, () => {
      expect(pickEncoding(accepted, both)).to.equal(encoding);
    });
  }

  it('is one that there is', () => {
    expect(pickEncoding('br, gzip', ['gzip'])).to.equal('gzip');
    expect(pickEncoding('br, gzip', [])).to.equal(undefined);
  });
});

describe('an entity that a client has already', () => {
  for (const [named, has] of [
    ['"a.br"', true],
    ['W/"a.br"', true],
    ['"x", "a.br"', true],
    ['*', true],
    ['', false],
    ['"a"', false],
    ['a.br', false],
  ] as const) {
    it(`is ${has ? '' : 'not '}named by ${named || 'nothing'}`, () => {
      expect(hasAlready(named, '"a.br"')).to.equal(has);
    });
  }
});
