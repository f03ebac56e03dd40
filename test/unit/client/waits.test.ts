import { expect } from 'chai';
import { type Cause, causeOf, reasonOf, waitMs } from '../../../src/client/waits.ts';

/** The shortest and the longest wait, in seconds. */
function rangeOf(cause: Cause, failures: number): [number, number] {
  const most = waitMs(cause, failures, () => 1 - Number.EPSILON);
  return [waitMs(cause, failures, () => 0) / 1000, most / 1000];
}

describe('the wait before the next attempt', () => {
  it('is anything from nothing to a bound that doubles up to 30 s, after a link that was lost', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 1000].map((failures) => rangeOf('lost', failures));
    expect(bounds).to.deep.equal([1, 2, 4, 8, 16, 30, 30, 30].map((bound) => [0, bound]));
    expect(rangeOf('silent', 0)).to.deep.equal([0, 1]);
    expect(rangeOf('token', 0), 'where none can be had').to.deep.equal([0, 1]);
  });

  for (const cause of ['refused', 'gap'] as const) {
    it(`is nothing the first time where another attempt may be all it takes (${cause}), and then as ever`, () => {
      const bounds = [0, 1, 2, 6].map((failures) => rangeOf(cause, failures));
      expect(bounds).to.deep.equal([0, 1, 2, 30].map((bound) => [0, bound]));
    });
  }

  it('is spread over some seconds when the service restarts, and longer when it keeps doing so', () => {
    expect([0, 1, 2].map((failures) => rangeOf('restarting', failures))).to.deep.equal([
      [0, 5],
      [0, 6],
      [0, 7],
    ]);
  });

  it('is longer when the service says later', () => {
    expect([0, 9].map((failures) => rangeOf('later', failures))).to.deep.equal([
      [15, 30],
      [15, 30],
    ]);
  });

  it('is as long for a page that has sent too much, which only sees that the link was lost', () => {
    expect(rangeOf('too-fast', 0)).to.deep.equal([15, 30]);
    expect(reasonOf('too-fast')).to.equal('lost');
  });

  it('is for what the close code means', () => {
    const codes = [1008, 1012, 1013, 4001, 4003, 1000, 1001, 1005, 1006, 1009, 1011, 4002, 4999];
    expect(codes.map(causeOf)).to.deep.equal([
      'too-fast',
      'restarting',
      'later',
      'replaced',
      'refused',
      ...Array.from({ length: 8 }, () => 'lost'),
    ]);
  });

  it('has the reason that a page is told', () => {
    expect((['lost', 'later', 'refused'] as const).map(reasonOf)).to.deep.equal([
      'lost',
      'restarting',
      'token',
    ]);
  });
});
