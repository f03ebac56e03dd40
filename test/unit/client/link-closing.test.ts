/** How the link ends, from wherever it is, and that no listener brings it out of step, in a fake world. */

import { expect } from 'chai';
import { frames, ring, ringLive } from '../../support/bell.ts';
import { FakeWorld, turn } from '../../support/client-world.ts';

describe('the link, closed,', () => {
  const places: [string, (world: FakeWorld) => void][] = [
    ['connecting', () => {}],
    ['catching-up', (world) => void world.socket.opens()],
    ['live', (world) => void world.socket.opens().says(frames.ready(0))],
    ['waiting', (world) => world.socket.ends()],
  ];
  for (const [name, go] of places) {
    it(`by close() while ${name}, stays closed, leaves nothing running and hears nothing`, async () => {
      const { bell, world, received } = ring();
      await turn();
      go(world);
      expect(bell.state.name).to.equal(name);
      bell.ack(1);
      bell.close();
      bell.close();
      expect(received.state.filter((state) => state.name === 'closed')).to.deep.equal([
        { name: 'closed', reason: 'closed' },
      ]);
      expect(world.socket.isClosed).to.equal(true);
      expect(world.timersSet).to.equal(0);
      expect(world.listener, 'of the page').to.equal(undefined);
      const before = structuredClone(received);
      world.socket.says(frames.ready(5), frames.alert(6));
      world.socket.ends(1012);
      bell.ack(1);
      await world.pass(120_000);
      expect(received).to.deep.equal(before);
      expect(world.sockets).to.have.length(1);
    });
  }

  for (const [name, go] of places.slice(0, 3)) {
    it(`by another page that took the sid over while ${name}, does not come back`, async () => {
      const { bell, world } = ring();
      await turn();
      go(world);
      world.socket.ends(4001);
      expect(bell.state).to.deep.equal({ name: 'closed', reason: 'replaced' });
      expect(world.timersSet).to.equal(0);
      expect(world.listener).to.equal(undefined);
      await world.pass(3_600_000);
      expect(world.sockets).to.have.length(1);
      bell.close();
      expect(bell.state.reason, 'already closed').to.equal('replaced');
    });
  }

  it('by close() before a token has come, opens no socket with it', async () => {
    const world = new FakeWorld();
    const { bell } = ring({ token: async () => 'a.b.c' }, world);
    bell.close();
    await turn();
    expect(world.sockets).to.deep.equal([]);
  });

  for (const name of ['connecting', 'waiting', 'live', 'catching-up'] as const) {
    it(`by a listener that is told ${name}, stays closed`, async () => {
      const { bell, world } = await ringLive();
      bell.on('state', (state) => {
        if (state.name === name) bell.close();
      });
      world.socket.ends();
      await world.pass(1_000);
      if (world.sockets.length > 1) world.socket.opens().says(frames.ready(0));
      expect(bell.state).to.deep.equal({ name: 'closed', reason: 'closed' });
      await world.pass(120_000);
      expect(world.timersSet).to.equal(0);
      expect(world.sockets.every(({ isClosed }) => isClosed)).to.equal(true);
    });
  }

  it('by a listener of a gap, stays closed', async () => {
    const { bell, world } = await ringLive({}, 7);
    bell.on('gap', () => bell.close());
    world.socket.says(frames.gone(17, 18), frames.alert(17));
    expect(bell.state.name).to.equal('closed');
  });
});

describe('the link, with listeners that throw,', () => {
  it('goes on, and reports their errors', async () => {
    const { bell, world, received } = await ringLive();
    const error = new Error('of the page');
    for (const name of ['notification', 'receipt', 'state', 'gap', 'refusal'] as const) {
      bell.on(name, () => {
        throw error;
      });
    }
    world.socket.says(
      frames.alert(1),
      frames.receipt(1, 1),
      frames.gone(9, 9),
      frames.alert(9),
      frames.ready(9, 1),
    );
    world.socket.says({ kind: 'error', code: 'forbidden', message: 'no' });
    expect(bell.state).to.deep.equal({ name: 'live' });
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([1, 9]);
    expect(world.errors).to.have.length(7);
  });
});
