/** What the link makes of what the page tells it, in a fake world. */

import { expect } from 'chai';
import { ring, ringLive } from '../../support/bell.ts';
import { FakeWorld, turn } from '../../support/client-world.ts';

describe('the link, as the page tells,', () => {
  it('waits without attempts while there is no network, and comes back with it', async () => {
    const { bell, world } = await ringLive({}, 7);
    world.isOffline = true;
    world.listener?.offline();
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'offline' });
    expect(world.socket.isClosed).to.equal(true);
    await world.pass(3_600_000);
    world.listener?.wake(); // somebody looks at the page
    expect(world.sockets).to.have.length(1);
    world.isOffline = false;
    world.listener?.wake();
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'offline' });
    await turn();
    expect(world.socket.query.since).to.equal('7');
  });

  it('waits from the first moment where there is no network', async () => {
    const world = new FakeWorld();
    world.isOffline = true;
    const { bell } = ring({}, world);
    await world.pass(60_000);
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'offline' });
    expect(world.sockets).to.deep.equal([]);
  });

  it('waits for the network when it was lost because there is none', async () => {
    const { bell, world } = await ringLive();
    world.isOffline = true;
    world.socket.ends();
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'offline' });
  });

  it('leaves a link that has been silent for a minute when it is looked at, timers or not', async () => {
    const { bell, world } = await ringLive();
    world.sleep(60_000);
    world.listener?.wake();
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'silent' });
  });

  it('leaves it after a night of sleep, though the steady clock has slept too', async () => {
    const { bell, world } = await ringLive();
    world.sleep(8 * 3_600_000, { steadyClockToo: false });
    world.listener?.wake();
    expect(bell.state.name).to.equal('connecting');
  });

  it('keeps a link that is not silent', async () => {
    const { bell, world } = await ringLive();
    await world.pass(59_000);
    world.listener?.wake();
    expect(bell.state).to.deep.equal({ name: 'live' });
    expect(world.sockets).to.have.length(1);
  });

  it('leaves a socket that the browser closed while the page was kept aside', async () => {
    const { bell, world } = await ringLive();
    world.socket.readyState = 3;
    world.listener?.wake();
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'lost' });
  });
});
