import { expect } from 'chai';
import { createSessionOrder } from '../../../src/gateway/announcements/session-order.ts';

describe('the order of sessions', () => {
  /** Milliseconds, the same for all: each gateway's monotonic clock and Postgres's run with it. */
  let time: number;
  beforeEach(() => {
    time = 1_000_000;
  });

  /** A gateway whose readings of Postgres's clock come back after so long, the last again and again. */
  function gatewayWith(answersAfterMs: readonly number[]) {
    let reading = 0;
    const readClock = async () => {
      const clock = time * 1000;
      time += answersAfterMs[Math.min(reading++, answersAfterMs.length - 1)] ?? 0;
      return clock;
    };
    return { order: createSessionOrder(readClock, () => time - 500_000), readings: () => reading };
  }

  it('is that of their opening where a gateway got one late answer', async () => {
    const [prompt, busy] = [gatewayWith([1]), gatewayWith([400, 2])];
    await prompt.order.synchronise();
    await busy.order.synchronise();
    const older = prompt.order.next();
    time += 10;
    expect(busy.order.next()).to.be.above(older);
  });

  it('is off by no more than half of the quickest answer where all are late', async () => {
    const [prompt, busy] = [gatewayWith([0]), gatewayWith([400, 300, 200])];
    await prompt.order.synchronise();
    await busy.order.synchronise();
    expect(busy.order.next() - prompt.order.next()).to.be.within(-100_000, 100_000);
    expect(busy.readings()).to.equal(5);
  });

  it('takes one reading where the answer is quick', async () => {
    const { order, readings } = gatewayWith([1]);
    await order.synchronise();
    expect(readings()).to.equal(1);
  });
});
