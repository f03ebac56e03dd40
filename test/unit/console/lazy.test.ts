import { expect } from 'chai';
import { createLazy } from '../../../src/console/lazy.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A part that comes, or does not, when the test says. */
function start() {
  const world = { isAway: false, fetched: 0, changes: 0, calls: [] as string[] };
  const lazy = createLazy(
    async () => {
      world.fetched += 1;
      if (world.isAway) throw new Error('the network is away');
      return (word: string) => void world.calls.push(word);
    },
    () => {
      world.changes += 1;
    },
  );
  return { world, lazy };
}

describe('a part that is loaded on demand', () => {
  it('is not loaded before it is asked for, and once then', async () => {
    const { world, lazy } = start();
    expect(world.fetched).to.equal(0);
    lazy.load();
    lazy.use((part) => part('first'));
    expect(world.calls).to.deep.equal([]);
    await settled();
    lazy.use((part) => part('second'));
    expect(world).to.deep.include({ fetched: 1, calls: ['first', 'second'] });
    expect(lazy.hasFailed).to.equal(false);
  });

  it('fails visibly where something was asked of it, and does that when another try brings it', async () => {
    const { world, lazy } = start();
    world.isAway = true;
    lazy.use((part) => part('first'));
    lazy.use((part) => part('last'));
    await settled();
    expect(lazy.hasFailed).to.equal(true);
    expect(world.changes).to.equal(1);
    world.isAway = false;
    lazy.load();
    await settled();
    expect(lazy.hasFailed).to.equal(false);
    expect(world).to.deep.include({ fetched: 2, changes: 2, calls: ['last'] });
  });

  it('fails silently where it was loaded ahead of need', async () => {
    const { world, lazy } = start();
    world.isAway = true;
    lazy.load();
    await settled();
    expect(lazy.hasFailed).to.equal(false);
    world.isAway = false;
    lazy.use((part) => part('first'));
    await settled();
    expect(world).to.deep.include({ fetched: 2, calls: ['first'] });
  });
});
