import { expect } from 'chai';
import { buildIn, watchVersion } from '../../../../src/console/shell/version-watch.ts';
import { turn } from '../../../support/client-world.ts';

describe('looking for a new version', () => {
  function build(own: string | undefined = 'b1') {
    const waits: { ms: number; call: () => void }[] = [];
    const state: { served: string | undefined | Error; reads: number; found: number } = {
      served: 'b1',
      reads: 0,
      found: 0,
    };
    const watch = watchVersion({
      build: own,
      async read() {
        state.reads++;
        if (state.served instanceof Error) throw state.served;
        return state.served;
      },
      onNew: () => state.found++,
      after(ms, call) {
        const wait = { ms, call };
        waits.push(wait);
        return () => void waits.splice(waits.indexOf(wait), 1);
      },
      random: () => 0.5,
    });
    const pass = async () => {
      waits.shift()?.call();
      await turn();
    };
    return { watch, state, waits, pass };
  }

  it('asks a while after the link came about, and once an hour', async () => {
    const { watch, state, waits, pass } = build();
    watch.linkIsLive();
    watch.linkIsLive();
    expect(waits.map(({ ms }) => ms)).to.deep.equal([7_500]);
    await pass();
    expect(waits.map(({ ms }) => ms)).to.deep.equal([3_600_000]);
    await pass();
    expect([state.reads, state.found]).to.deep.equal([2, 0]);
  });

  it('reports another build once, and then asks no more', async () => {
    const { watch, state, waits, pass } = build();
    state.served = 'b2';
    watch.linkIsLive();
    await pass();
    watch.linkIsLive();
    expect([state.found, waits.length]).to.deep.equal([1, 0]);
  });

  for (const served of [undefined, new Error('no answer')]) {
    it(`reports nothing where the answer is ${served}, and asks again`, async () => {
      const { watch, state, waits, pass } = build();
      state.served = served;
      watch.linkIsLive();
      await pass();
      expect([state.found, waits.length]).to.deep.equal([0, 1]);
    });
  }

  it('has nothing to ask where the page does not know its own', () => {
    const { watch, waits } = build('');
    expect(waits).to.deep.equal([]);
    watch.linkIsLive();
    expect(buildIn('<title>x</title>')).to.equal(undefined);
    expect(buildIn('<meta name="build" content="b7" />')).to.equal('b7');
  });
});
