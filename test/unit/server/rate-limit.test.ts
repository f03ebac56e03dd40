import { expect } from 'chai';
import { createRateLimit, type RateLimit } from '../../../src/server/rate-limit.ts';
import { eventually } from '../../support/eventually.ts';

/** How many of so many attempts were let through. */
async function passed(limit: RateLimit, key: string, attempts: number): Promise<number> {
  const waits = await Promise.all(Array.from({ length: attempts }, () => limit.take(key)));
  return waits.filter((wait) => wait === 0).length;
}

describe('a rate limit', () => {
  it('lets as many through as it says, and says after how many seconds to come again', async () => {
    const limit = createRateLimit({ count: 3, seconds: 60 });
    expect(await passed(limit, 'a', 5)).to.equal(3);
    expect(await limit.take('a')).to.be.within(59, 60);
  });

  it('counts each key for itself', async () => {
    const limit = createRateLimit({ count: 2, seconds: 60 });
    expect(await passed(limit, 'a', 5)).to.equal(2);
    expect(await passed(limit, 'b', 1)).to.equal(1);
  });

  it('lets a burst through above the rate, once', async () => {
    const limit = createRateLimit({ count: 3, seconds: 60, burst: 4 });
    expect(await passed(limit, 'a', 20)).to.equal(7);
    expect(await passed(limit, 'a', 20)).to.equal(0);
  });

  it('lets somebody through again when the time is over', async () => {
    const limit = createRateLimit({ count: 1, seconds: 0.05 });
    expect(await passed(limit, 'a', 3)).to.equal(1);
    await eventually(async () => expect(await limit.take('a')).to.equal(0));
  });

  it('refuses nobody where the count is 0', async () => {
    const limit = createRateLimit({ count: 0, seconds: 1 });
    expect(await passed(limit, 'a', 10_000)).to.equal(10_000);
  });
});
