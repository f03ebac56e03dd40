import { expect } from 'chai';
import { readRetryAfter, retryDelayMs } from '../../../src/escalation/deliveries/schedule.ts';

describe('the schedule of retries', () => {
  it('waits 5 s, 15 s, 45 s, 2 min and then 5 min', () => {
    const delays = [1, 2, 3, 4, 5, 6, 100].map((attempts) => retryDelayMs(attempts, 0, 0.5));
    expect(delays).to.deep.equal([5_000, 15_000, 45_000, 120_000, 300_000, 300_000, 300_000]);
  });

  it('spreads them by a fifth', () => {
    expect([retryDelayMs(1, 0, 0), retryDelayMs(1, 0, 0.999_999)]).to.deep.equal([4_000, 6_000]);
  });

  it('waits longer where the receiver asks for it, and an hour at the most', () => {
    expect(retryDelayMs(1, 30_000, 0.5)).to.equal(30_000);
    expect(retryDelayMs(1, 1_000, 0.5)).to.equal(5_000);
    expect(retryDelayMs(1, 86_400_000, 0.5)).to.equal(3_600_000);
  });

  const now = Date.parse('2025-03-06T09:14:30.500Z');
  const READ: readonly [string | undefined, number][] = [
    ['120', 120_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['Thu, 06 Mar 2025 09:14:40 GMT', 9_500],
    ['Thursday, 06-Mar-25 09:14:40 GMT', 9_500],
    ['Thu, 06 Mar 2025 09:14:00 GMT', 0],
    [undefined, 0],
    ['', 0],
    ['-5', 0],
    ['1.5', 0],
    ['2026', 2_026_000],
    ['99999999999', 0],
    ['soon', 0],
    ['2025-03-06T10:00:00Z', 0],
  ];
  for (const [value, ms] of READ) {
    it(`reads Retry-After: ${value} as ${ms} ms`, () => expect(readRetryAfter(value, now)).to.equal(ms));
  }
});
