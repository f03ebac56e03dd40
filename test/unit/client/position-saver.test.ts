import { expect } from 'chai';
import { createPositionSaver } from '../../../src/client/position-saver.ts';
import { memoryStore } from '../../support/bell.ts';
import { FakeWorld } from '../../support/client-world.ts';

const at = (seq: number) => ({ epoch: 'e1', seq, receipts: 0 });

describe('saving the position', () => {
  let world: FakeWorld;
  beforeEach(() => {
    world = new FakeWorld();
  });

  it('writes at once', () => {
    const store = memoryStore();
    createPositionSaver(store, world).save(at(1));
    expect(store.saved).to.deep.equal([at(1)]);
  });

  it('writes a burst of 1000 in two, and its end within a quarter of a second', async () => {
    const store = memoryStore();
    const saver = createPositionSaver(store, world);
    for (let seq = 1; seq <= 1000; seq++) saver.save(at(seq));
    expect(store.saved).to.deep.equal([at(1)]);
    await world.pass(250);
    expect(store.saved).to.deep.equal([at(1), at(1000)]);
    expect(world.timersSet).to.equal(0);
  });

  it('writes a steady stream four times a second, however late its timers are', async () => {
    const store = memoryStore();
    const saver = createPositionSaver(store, world);
    for (let seq = 1; seq <= 100; seq++) {
      saver.save(at(seq));
      world.sleep(10); // time passes, and no timer runs
    }
    expect(store.saved.map(({ seq }) => seq)).to.deep.equal([1, 26, 51, 76]);
  });

  it('writes what waits when it is flushed, once', async () => {
    const store = memoryStore();
    const saver = createPositionSaver(store, world);
    saver.save(at(1));
    saver.save(at(2));
    saver.flush();
    saver.flush();
    await world.pass(1_000);
    expect(store.saved).to.deep.equal([at(1), at(2)]);
  });

  it('writes nothing of what it was told to drop', async () => {
    const store = memoryStore();
    const saver = createPositionSaver(store, world);
    saver.save(at(1));
    saver.save(at(2));
    saver.drop();
    await world.pass(1_000);
    expect(store.saved).to.deep.equal([at(1)]);
  });

  it('writes nothing while there is no position yet', async () => {
    const store = memoryStore();
    createPositionSaver(store, world).save(undefined);
    await world.pass(1_000);
    expect(store.saved).to.deep.equal([]);
  });

  it("reports what the page's own store throws, and goes on", () => {
    const store = memoryStore();
    const faulty = {
      ...store,
      save: () => {
        throw new Error('no room');
      },
    };
    createPositionSaver(faulty, world).save(at(1));
    expect(world.errors).to.have.length(1);
  });
});
