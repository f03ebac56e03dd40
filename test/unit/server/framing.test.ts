import { expect } from 'chai';
import { framingFault } from '../../../src/server/framing.ts';

const listOf = (headers: [string, string][]) => ({
  forEach(take: (name: string, value: string) => void) {
    for (const [name, value] of headers) take(name, value);
  },
});
const faultOf = (...headers: [string, string][]) => framingFault(listOf(headers));
const LENGTH = 'content-length';
const CODING = 'transfer-encoding';

describe('where a request ends', () => {
  for (const headers of [
    [],
    [['host', 'a']],
    [[LENGTH, '12']],
    [[LENGTH, '0']],
    [[CODING, 'chunked']],
    [[CODING, 'Chunked']],
  ] as [string, string][][]) {
    it(`is clear with ${JSON.stringify(headers)}`, () => {
      expect(faultOf(...headers)).to.equal(undefined);
    });
  }

  for (const [fault, headers] of [
    [
      'said once',
      [
        [LENGTH, '3'],
        [LENGTH, '30'],
      ],
    ],
    [
      'said once',
      [
        [LENGTH, '3'],
        [LENGTH, '3'],
      ],
    ],
    [
      'said once',
      [
        [LENGTH, '3'],
        [CODING, 'chunked'],
      ],
    ],
    [
      'said once',
      [
        [CODING, 'chunked'],
        [CODING, 'chunked'],
      ],
    ],
    [
      'said once',
      [
        [CODING, 'chunked'],
        [CODING, 'identity'],
      ],
    ],
    ['be a number', [[LENGTH, '']]],
    ['be a number', [[LENGTH, '+3']]],
    ['be a number', [[LENGTH, '3, 3']]],
    ['be chunked', [[CODING, '']]],
    ['be chunked', [[CODING, 'identity']]],
    ['be chunked', [[CODING, 'gzip, chunked']]],
    ['be chunked', [[CODING, 'xchunked']]],
    [
      'one Host',
      [
        ['host', 'a'],
        ['host', 'a'],
      ],
    ],
  ] as [string, [string, string][]][]) {
    it(`is not clear with ${JSON.stringify(headers)}`, () => {
      expect(faultOf(['x-a', 'b'], ...headers)).to.include(fault);
    });
  }

  for (const header of [
    [LENGTH, '12'],
    [CODING, 'chunked'],
  ] as [string, string][]) {
    it(`is not clear of an upgrade with ${JSON.stringify(header)}`, () => {
      expect(framingFault(listOf([header]), true)).to.equal('an upgrade has no body');
    });
  }

  it('is clear of an upgrade without a body', () => {
    expect(framingFault(listOf([['host', 'a']]), true)).to.equal(undefined);
    expect(framingFault(listOf([[LENGTH, '0']]), true)).to.equal(undefined);
  });
});
