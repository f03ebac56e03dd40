import { expect } from 'chai';
import { headerValues } from '../../../src/server/header-values.ts';

const listOf = (lines: readonly (readonly [string, string])[]) => ({
  forEach: (take: (name: string, value: string) => void) => {
    for (const [name, value] of lines) take(name, value);
  },
});

describe('header values', () => {
  it('are what the request has, and empty where it has none', () => {
    const list = listOf([
      ['host', 'h'],
      ['authorization', 'Bearer t'],
    ]);
    expect(headerValues(list, ['authorization', 'origin'])).to.deep.equal({
      authorization: 'Bearer t',
      origin: '',
    });
  });

  it('of several lines are one, in their order, so that none is overlooked', () => {
    const list = listOf([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ]);
    expect(headerValues(list, ['a'])).to.deep.equal({ a: '1, 3' });
  });
});
