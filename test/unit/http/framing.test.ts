import { expect } from 'chai';
import { framingFault } from '../../../src/http/framing.ts';

function faultOf(...headers: [string, string][]): string | undefined {
  return framingFault({
    forEach(visit) {
      for (const [name, value] of headers) visit(name, value);
    },
  });
}
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
});
