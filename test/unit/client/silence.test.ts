import { expect } from 'chai';
import { createSilence } from '../../../src/client/silence.ts';
import { FakeWorld } from '../../support/client-world.ts';

const LIMIT = 60_000;

function listening() {
  const world = new FakeWorld();
  const noticed: number[] = [];
  const silence = createSilence(world, () => noticed.push(world.steadyNow()));
  silence.restart(LIMIT);
  const since = world.steadyNow();
  return { world, silence, noticed: () => noticed.map((at) => at - since) };
}

describe('silence', () => {
  it('is noticed at the limit, once', async () => {
    const { world, noticed } = listening();
    await world.pass(LIMIT - 1);
    expect(noticed()).to.deep.equal([]);
    await world.pass(10 * LIMIT);
    expect(noticed()).to.deep.equal([LIMIT]);
  });

  it('counts from what came last', async () => {
    const { world, silence, noticed } = listening();
    await world.pass(LIMIT - 1);
    silence.restart(LIMIT);
    await world.pass(LIMIT - 1);
    expect(noticed()).to.deep.equal([]);
    await world.pass(1);
    expect(noticed()).to.deep.equal([2 * LIMIT - 1]);
  });

  it('is noticed at the next look after the machine has slept, though the steady clock slept too', async () => {
    const { world, noticed } = listening();
    await world.pass(1_000);
    world.sleep(8 * 3_600_000, { steadyClockToo: false });
    await world.pass(LIMIT / 4);
    expect(noticed()).to.have.length(1);
  });

  it('is noticed by the steady clock though somebody sets the other one back', async () => {
    const { world, noticed } = listening();
    world.setClock(-3_600_000);
    await world.pass(LIMIT);
    expect(noticed()).to.have.length(1);
  });

  it('is noticed at the first look, however few there were', () => {
    const { world, silence, noticed } = listening();
    world.sleep(LIMIT); // a hidden tab: not one timer has run
    expect(noticed()).to.deep.equal([]);
    silence.look();
    expect(noticed()).to.deep.equal([LIMIT]);
  });

  it('is looked for so seldom after each frame that browsers keep the time of all looks', async () => {
    const { world } = listening();
    let looks = 0;
    const { after } = world;
    const counting = {
      ...world,
      after: (ms: number, call: () => void) =>
        after(ms, () => {
          looks++;
          call();
        }),
    };
    const silence = createSilence(counting, () => {});
    silence.restart(LIMIT);
    await world.pass(LIMIT);
    expect(looks, 'Chrome holds back what is set by the fifth in a row').to.equal(4);
    silence.stop();
  });

  it('is not noticed any more once it was stopped', async () => {
    const { world, silence, noticed } = listening();
    silence.stop();
    await world.pass(10 * LIMIT);
    expect(noticed()).to.deep.equal([]);
    expect(world.timersSet).to.equal(0);
  });
});
