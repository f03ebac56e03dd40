import { expect } from 'chai';
import { createLanes, type Lane, lanesOfPool } from '../../../src/platform/lanes.ts';
import { createGates, turn } from '../../support/fake-log.ts';

function setting(poolSize = 10, readers = 4) {
  const lanes = createLanes(lanesOfPool(poolSize, readers));
  const { gate, open } = createGates();
  const begun: Lane[] = [];
  const run = (lane: Lane) =>
    lanes.run(lane, () => {
      begun.push(lane);
      return gate();
    });
  return { run, open, begun };
}

describe('lanes', () => {
  it('keep a place for repairs while replays take all that they may, and let waiting repairs go first', async () => {
    const { run, open, begun } = setting(10, 100);
    for (let count = 0; count < 9; count++) void run('replays');
    expect(begun).to.deep.equal(Array(5).fill('replays'));
    void run('repairs');
    void run('repairs');
    expect(begun.slice(5)).to.deep.equal(['repairs']);
    open();
    await turn();
    expect(begun.slice(6)).to.deep.equal(['repairs']);
  });

  it('leave four of ten connections to what has no lane', () => {
    const { run, begun } = setting();
    for (const lane of ['repairs', 'acks', 'replays', 'pages'] as const) {
      for (let count = 0; count < 9; count++) void run(lane);
    }
    expect(begun).to.have.length(6);
  });

  it('refuse a page when too many wait', async () => {
    const { run } = setting();
    for (let count = 0; count < 22; count++) void run('pages');
    expect(await run('pages').catch((error) => error.code)).to.equal('busy');
  });

  it('work one by one on the smallest pool', async () => {
    const { run, open, begun } = setting(2);
    void run('replays');
    void run('acks');
    void run('repairs');
    expect(begun).to.deep.equal(['replays']);
    open();
    await turn();
    open();
    await turn();
    expect(begun).to.deep.equal(['replays', 'repairs', 'acks']);
  });
});
