import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { createRest } from '../../../src/platform/rest.ts';

const LONG_MS = 3_600_000;
const endsWithin = (ms: number, resting: Promise<void>) =>
  Promise.race([resting.then(() => true), pause(ms, false)]);

describe('the rest of a loop', () => {
  it('ends at once where there was no look yet, and after a nudge since the last look', async () => {
    const rest = createRest(new AbortController().signal);
    expect(await endsWithin(500, rest.take(LONG_MS))).to.equal(true);
    rest.look();
    rest.nudge();
    expect(await endsWithin(500, rest.take(LONG_MS))).to.equal(true);
  });

  it('lasts until a nudge, or its time is over', async () => {
    const rest = createRest(new AbortController().signal);
    rest.look();
    expect(await endsWithin(500, rest.take(1))).to.equal(true);
    const resting = rest.take(LONG_MS);
    expect(await endsWithin(20, resting)).to.equal(false);
    rest.nudge();
    expect(await endsWithin(500, resting)).to.equal(true);
  });

  it('does not begin once the loop is to stop', async () => {
    const stopping = new AbortController();
    const rest = createRest(stopping.signal);
    rest.look();
    stopping.abort();
    expect(await endsWithin(500, rest.take(LONG_MS))).to.equal(true);
  });
});
