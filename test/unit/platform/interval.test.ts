import { expect } from 'chai';
import { startInterval } from '../../../src/platform/interval.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { eventually } from '../../support/eventually.ts';

const logger = createLogger('silent');

describe('an interval', () => {
  it('never runs its work twice at once, also when the work takes longer than the wait', async () => {
    let underWay = 0;
    let most = 0;
    let runs = 0;
    const work = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay--;
      runs++;
    };
    const repetition = startInterval('test', 1, work, logger);
    await eventually(() => expect(runs).to.be.at.least(5));
    await repetition.stop();
    expect(most).to.equal(1);
  });

  it('goes on when its work throws or rejects', async () => {
    let runs = 0;
    const work = () => {
      runs++;
      if (runs === 1) throw new Error('thrown');
      if (runs === 2) return Promise.reject(new Error('rejected'));
    };
    const repetition = startInterval('test', 1, work, logger);
    await eventually(() => expect(runs).to.be.at.least(4));
    await repetition.stop();
  });

  it('waits before its first run', async () => {
    let runs = 0;
    const repetition = startInterval('test', 60_000, () => void runs++, logger);
    await new Promise((resolve) => setImmediate(resolve));
    await repetition.stop();
    expect(runs).to.equal(0);
  });

  it('waits for the run under way when it is stopped, and runs no more', async () => {
    let finish = () => {};
    let started = 0;
    let finished = 0;
    const work = async () => {
      started++;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      finished++;
    };
    const repetition = startInterval('test', 1, work, logger);
    await eventually(() => expect(started).to.equal(1));
    let stopped = false;
    const stopping = repetition.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).to.equal(false);
    finish();
    await stopping;
    expect({ started, finished }).to.deep.equal({ started: 1, finished: 1 });
  });
});
