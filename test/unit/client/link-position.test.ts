/** Where the link begins, and what it keeps for the next visit, in a fake world. */

import { expect } from 'chai';
import type { ConnectOptions, Position } from '../../../src/client/types.ts';
import { frames, memoryStore, ring, ringLive } from '../../support/bell.ts';
import { FakeWorld, turn } from '../../support/client-world.ts';
import { upTo } from '../../support/fake-log.ts';

const stored: Position = { epoch: 'e1', seq: 40, receipts: 5 };
const given: Position = { epoch: 'e2', seq: 7, receipts: 1 };
const resumeStored = { since: '40', epoch: 'e1', receiptsSince: '5' };

describe('the link begins', () => {
  const begins: [string, Partial<ConnectOptions>, Record<string, string>][] = [
    ['at the present, by default', {}, {}],
    ['at the present, if told so', { from: 'present' }, {}],
    [
      'at the oldest of whichever log there is, if told so',
      { from: 'oldest' },
      { since: '0', epoch: 'none' },
    ],
    ['after what is stored', { store: memoryStore(stored) }, resumeStored],
    [
      'after what is stored rather than at the oldest',
      { store: memoryStore(stored), from: 'oldest' },
      resumeStored,
    ],
    [
      'after a position that is given rather than after what is stored',
      { store: memoryStore(stored), from: given },
      { since: '7', epoch: 'e2', receiptsSince: '1' },
    ],
    [
      'at the present where the store holds no position',
      { store: { load: () => ({ epoch: 'e 1', seq: -1, receipts: 0 }), save: () => {} } },
      {},
    ],
  ];
  for (const [where, options, query] of begins) {
    it(where, async () => {
      const { world } = ring(options);
      await turn();
      expect(world.socket.query).to.deep.equal(query);
    });
  }

  it("at the present where the page's own store throws, which is reported", async () => {
    const load = () => {
      throw new Error('no store');
    };
    const { world } = ring({ store: { load, save: () => {} } });
    await turn();
    expect(world.socket.query).to.deep.equal({});
    expect(world.errors).to.have.length(1);
  });

  it('not at all from what is no position', () => {
    const world = new FakeWorld();
    expect(() => ring({ from: { epoch: 'e1', seq: -1, receipts: 0 } }, world)).to.throw(TypeError);
    expect(world.listener, 'nothing is left watching').to.equal(undefined);
  });

  it('with what is still to come of a first catching-up that was cut', async () => {
    const { world, received } = ring({ from: 'oldest' });
    await turn();
    world.socket.opens().says(frames.gone(1, 3), frames.alert(1), frames.alert(2)).ends();
    await world.pass(1_000);
    expect(world.socket.query).to.deep.equal({ since: '2', epoch: 'e1', receiptsSince: '0' });
    world.socket.opens().says(frames.alert(3), frames.receipt(1, 2), frames.ready(3, 1));
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
    expect(received.receipt).to.have.length(1);
    expect(received.gap).to.deep.equal([]);
  });

  it('with all that is kept, and a gap before it, where it was cut before it knew the log', async () => {
    const { world, received } = ring();
    await turn();
    world.socket.opens().says(frames.alert(8)).ends();
    await world.pass(1_000);
    expect(world.socket.query).to.deep.equal({ since: '8', epoch: 'none', receiptsSince: '0' });
    world.socket.opens().says(frames.gone(7, 9), frames.alert(7));
    expect(received.gap).to.deep.equal([{ epoch: 'e1', oldest: 7, head: 9 }]);
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([8, 7]);
  });
});

describe('the link keeps', () => {
  it('where it began, so that a reload misses nothing', async () => {
    const store = memoryStore();
    await ringLive({ store }, 7);
    expect(store.saved).to.deep.equal([{ epoch: 'e1', seq: 7, receipts: 0 }]);
  });

  it('nothing of a notification before every listener has had it', async () => {
    const store = memoryStore();
    const { bell, world } = await ringLive({ store }, 7);
    await world.pass(1_000);
    const seen: unknown[] = [];
    bell.on('notification', () => seen.push(store.saved.at(-1)?.seq, bell.position?.seq));
    world.socket.says(frames.alert(8));
    expect(seen).to.deep.equal([7, 8]);
    expect(store.saved.at(-1)?.seq).to.equal(8);
  });

  it('the receipts too', async () => {
    const store = memoryStore();
    const { world } = await ringLive({ store }, 7);
    await world.pass(1_000);
    world.socket.says(frames.receipt(1, 7));
    expect(store.saved.at(-1)).to.deep.equal({ epoch: 'e1', seq: 7, receipts: 1 });
  });

  it('the new place when the log is another one, after its first notification at the latest', async () => {
    const store = memoryStore();
    const { world } = await ringLive({ store }, 7);
    await world.pass(1_000);
    world.socket.says(frames.gone(1, 1, 'e2'), frames.alert(1));
    expect(store.saved.at(-1)).to.deep.equal({ epoch: 'e2', seq: 1, receipts: 0 });
  });

  for (const [what, tearDown] of [
    ['the page hides or goes', ({ world }: { world: FakeWorld }) => world.listener?.hide()],
    ['it is closed', ({ bell }: { bell: { close(): void } }) => bell.close()],
  ] as const) {
    it(`a burst of 1000 in a few writes, and all of it when ${what}`, async () => {
      const store = memoryStore();
      const rung = await ringLive({ store }, 0);
      rung.world.socket.says(...upTo(1000).map((seq) => frames.alert(seq)));
      expect(store.saved.length).to.be.below(5);
      tearDown(rung);
      expect(store.saved.at(-1)?.seq).to.equal(1000);
    });
  }

  it('what a listener had that closed the bell', async () => {
    const store = memoryStore();
    const { bell, world } = await ringLive({ store }, 7);
    bell.on('notification', () => bell.close());
    world.socket.says(frames.alert(8), frames.alert(9));
    expect(store.saved.at(-1)?.seq).to.equal(8);
    expect(world.timersSet).to.equal(0);
  });

  it('nothing more once another page has taken over, which may be further', async () => {
    const store = memoryStore();
    const { world } = await ringLive({ store }, 7);
    world.socket.says(frames.alert(8)).ends(4001);
    world.listener?.hide();
    await world.pass(1_000);
    expect(store.saved.map(({ seq }) => seq)).to.deep.equal([7]);
  });

  it('nothing where it is told to', async () => {
    const { bell } = await ringLive({ store: null }, 7);
    bell.close();
    expect(bell.position?.seq).to.equal(7);
  });
});
