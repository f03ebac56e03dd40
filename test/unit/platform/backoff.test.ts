import { expect } from 'chai';
import { backoffMs, delayOrAbort } from '../../../src/platform/backoff.ts';

const limits = { initialMs: 200, maxMs: 5_000 };
const lowest = () => 0;
const highest = () => 1 - Number.EPSILON;

describe('backoff', () => {
  it('doubles its upper bound with each attempt', () => {
    const bounds = [1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, limits, highest));
    expect(bounds).to.deep.equal([200, 400, 800, 1600, 3200]);
  });

  it('never waits longer than its maximum', () => {
    for (const attempt of [6, 31, 1000, 1e9]) expect(backoffMs(attempt, limits, highest)).to.equal(5_000);
  });

  it('waits at least a tenth of the bound, so that nothing is asked in a busy loop', () => {
    expect(backoffMs(1, limits, lowest)).to.equal(20);
    expect(backoffMs(100, limits, lowest)).to.equal(500);
  });

  it('spreads the waits between the two', () => {
    expect(backoffMs(1, limits, () => 0.5)).to.equal(110);
    for (let attempt = 1; attempt <= 200; attempt++) {
      const bound = Math.min(5_000, 200 * 2 ** (attempt - 1));
      expect(backoffMs(attempt, limits)).to.be.within(bound / 10, bound);
    }
  });
});

describe('a delay', () => {
  it('resolves with true when its time has passed', async () => {
    const started = performance.now();
    expect(await delayOrAbort(20, new AbortController().signal)).to.equal(true);
    expect(performance.now() - started).to.be.greaterThan(18);
  });

  it('resolves with false at once when the signal aborts', async () => {
    const aborting = new AbortController();
    const delay = delayOrAbort(60_000, aborting.signal);
    aborting.abort();
    expect(await delay).to.equal(false);
  });

  it('resolves with false where the signal was aborted before', async () => {
    expect(await delayOrAbort(60_000, AbortSignal.abort())).to.equal(false);
  });

  it('warns of no leak, however many wait for one signal', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const abort = new AbortController();
    const waits = Array.from({ length: 50 }, () => delayOrAbort(60_000, abort.signal));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    abort.abort();
    await Promise.all(waits);
    expect(warnings).to.deep.equal([]);
  });
});
