import { expect } from 'chai';
import { createLogger } from '../../../src/platform/logger.ts';
import { createThrottledLog } from '../../../src/platform/throttled-log.ts';

describe('what is seldom logged', () => {
  it('is logged at once, and then once a minute with how often it was', () => {
    const lines: Record<string, unknown>[] = [];
    const clock = { now: 0 };
    const logger = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) });
    const warn = createThrottledLog(logger, () => clock.now);
    for (clock.now = 0; clock.now <= 120_000; clock.now += 1_000) warn({ address: clock.now }, 'too many');
    warn({ address: 'b' }, 'something else');
    expect(lines.map(({ msg, times, address }) => [msg, times, address])).to.deep.equal([
      ['too many', 1, 0],
      ['too many', 60, 60_000],
      ['too many', 60, 120_000],
      ['something else', 1, 'b'],
    ]);
  });
});
