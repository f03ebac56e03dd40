/** Each line of the table above the link, in a fake world; how it ends, and what the page does, have files of their own. */

import { expect } from 'chai';
import type { State } from '../../../src/client/types.ts';
import { frames, ring, ringLive } from '../../support/bell.ts';
import { FakeWorld, turn } from '../../support/client-world.ts';

describe('the link, from connecting,', () => {
  it('is connecting from the first moment, and opens a socket to the session with the subprotocol', async () => {
    const { bell, world, received } = ring({ shop: 'north' });
    expect(bell.state).to.deep.equal({ name: 'connecting' });
    await turn();
    expect(world.socket.url.href).to.equal('wss://bell.example/ws/till-1?shop=north');
    expect(world.socket.protocols).to.deep.equal(['orderbell.v1']);
    expect(received.state, 'nobody could have listened yet').to.deep.equal([]);
  });

  it('goes over to catching-up when the socket opens, and to live with ready', async () => {
    const { bell, world, received } = ring();
    await turn();
    world.socket.opens();
    expect(bell.state).to.deep.equal({ name: 'catching-up' });
    expect(bell.position).to.equal(undefined);
    world.socket.says(frames.ready(42, 7));
    expect(received.state).to.deep.equal([{ name: 'catching-up' }, { name: 'live' }]);
    expect(bell.position).to.deep.equal({ epoch: 'e1', seq: 42, receipts: 7 });
  });

  it('waits when the socket fails, and tries again at the time that it says', async () => {
    const { bell, world } = ring();
    await turn();
    world.socket.ends();
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'lost', retryInMs: 500 });
    await world.pass(499);
    expect(world.sockets).to.have.length(1);
    await world.pass(1);
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'lost' });
    expect(world.sockets).to.have.length(2);
  });

  it('waits longer and longer, up to half a minute, while the socket fails', async () => {
    const { bell, world, received } = ring();
    world.chance = 1;
    for (let attempt = 0; attempt < 8; attempt++) {
      await turn();
      world.socket.ends();
      await world.pass(bell.state.retryInMs ?? 0);
    }
    const waits = received.state.flatMap(({ retryInMs }) => retryInMs ?? []);
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000));
  });

  it('gives up a socket that does not open within 20 s', async () => {
    const { bell, world } = ring();
    await world.pass(19_999);
    expect(bell.state.name).to.equal('connecting');
    await world.pass(1);
    expect(bell.state).to.include({ name: 'waiting', reason: 'lost' });
    const [first] = world.sockets;
    expect(first?.isClosed).to.equal(true);
    first?.opens().says(frames.ready(1));
    expect(bell.state.name, 'what the first one does is over').to.equal('waiting');
  });

  it('waits when the browser does not open the socket at all, and reports why', async () => {
    const world = new FakeWorld();
    world.refusal = new Error('SecurityError');
    const { bell } = ring({}, world);
    await turn();
    expect(bell.state).to.include({ name: 'waiting', reason: 'lost' });
    expect(world.errors).to.deep.equal([world.refusal]);
  });
});

describe('the link, from catching-up,', () => {
  it('hands over what was missed, and is live with ready', async () => {
    const { bell, world, received } = ring({ from: { epoch: 'e1', seq: 40, receipts: 5 } });
    await turn();
    expect(world.socket.query).to.deep.equal({ since: '40', epoch: 'e1', receiptsSince: '5' });
    world.socket.opens().says(frames.alert(41), frames.alert(42), frames.receipt(6, 41), frames.ready(42, 6));
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([41, 42]);
    expect(received.receipt.map(({ n }) => n)).to.deep.equal([6]);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('waits when the link is lost, and resumes from what it had handed over', async () => {
    const { bell, world } = ring({ from: { epoch: 'e1', seq: 40, receipts: 5 } });
    await turn();
    world.socket.opens().says(frames.alert(41)).ends();
    expect(bell.state).to.include({ name: 'waiting', reason: 'lost' });
    await world.pass(1_000);
    expect(world.socket.query).to.deep.equal({ since: '41', epoch: 'e1', receiptsSince: '5' });
  });

  it('asks again at once when there is a hole before ready', async () => {
    const { bell, world, received } = ring({ from: { epoch: 'e1', seq: 40, receipts: 5 } });
    await turn();
    world.socket.opens().says(frames.alert(41), frames.ready(43, 5));
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'gap' });
    await turn();
    expect(world.sockets).to.have.length(2);
    expect(world.socket.query.since).to.equal('41');
    world.socket.opens().says(frames.alert(42), frames.alert(43), frames.ready(43, 5));
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([41, 42, 43]);
  });

  it('takes a heartbeat for no more than a sign of life', async () => {
    const { bell, world } = ring({ from: { epoch: 'e1', seq: 40, receipts: 5 } });
    await turn();
    world.socket.opens().says(frames.alert(41), frames.heartbeat(43));
    expect(bell.state).to.deep.equal({ name: 'catching-up' });
  });

  it('waits when nothing comes for a minute', async () => {
    const { bell, world } = ring();
    await turn();
    world.socket.opens();
    await world.pass(59_999);
    expect(bell.state.name).to.equal('catching-up');
    await world.pass(1);
    expect(bell.state).to.include({ name: 'waiting', reason: 'silent' });
  });
});

describe('the link, from live,', () => {
  it('waits when it is lost, and resumes from the last that it handed over', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    world.socket.says(frames.alert(8), frames.receipt(1, 8)).ends();
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'lost', retryInMs: 500 });
    await world.pass(500);
    expect(world.socket.query).to.deep.equal({ since: '8', epoch: 'e1', receiptsSince: '1' });
    world.socket.opens().says(frames.alert(9), frames.ready(9, 1));
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([8, 9]);
    expect(received.state).to.deep.equal([
      { name: 'catching-up' },
      { name: 'live' },
      { name: 'waiting', reason: 'lost', retryInMs: 500 },
      { name: 'connecting', reason: 'lost' },
      { name: 'catching-up' },
      { name: 'live' },
    ] satisfies State[]);
  });

  it('drops repeats', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    world.socket.says(
      frames.alert(8),
      frames.alert(8),
      frames.alert(3),
      frames.receipt(1, 8),
      frames.receipt(1, 8),
    );
    expect(received.notification).to.have.length(1);
    expect(received.receipt).to.have.length(1);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('asks again at once for what a hole has swallowed, and later when there is one again', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    await world.pass(20_000);
    world.socket.says(frames.alert(9));
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'gap' });
    await turn();
    expect(world.socket.query.since).to.equal('7');
    world.socket.opens().says(frames.alert(9));
    expect(bell.state).to.include({ name: 'waiting', reason: 'gap' });
    expect(received.notification).to.deep.equal([]);
  });

  it('asks again when a heartbeat tells of what has not come', async () => {
    const { bell, world } = await ringLive({}, 7);
    world.socket.says(frames.heartbeat(7));
    expect(bell.state).to.deep.equal({ name: 'live' });
    world.socket.says(frames.heartbeat(8));
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'gap' });
  });

  it('stays live over receipts that retention has taken away', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    world.socket.says(frames.receipt(9, 5));
    expect(received.receipt.map(({ n }) => n)).to.deep.equal([9]);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('waits when nothing has come for a minute, and stays while heartbeats come', async () => {
    const { bell, world } = await ringLive({}, 7);
    for (let beat = 0; beat < 10; beat++) {
      await world.pass(25_000);
      world.socket.says(frames.heartbeat(7));
    }
    expect(world.sockets).to.have.length(1);
    await world.pass(60_000);
    expect(bell.state).to.include({ name: 'waiting', reason: 'silent' });
    expect(world.socket.isClosed).to.equal(true);
  });

  it('takes frames that it does not understand for signs of life', async () => {
    const { bell, world } = await ringLive({}, 7);
    for (let beat = 0; beat < 10; beat++) {
      await world.pass(25_000);
      world.socket.says({ kind: 'weather' }, 'ping', '[1]', new ArrayBuffer(1));
    }
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('catches up anew when the log has moved on, says what is missing, and is live with ready', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    world.socket.says(frames.gone(17, 18));
    expect(bell.state).to.deep.equal({ name: 'catching-up' });
    expect(received.gap).to.deep.equal([{ epoch: 'e1', oldest: 17, head: 18, missing: { from: 8, to: 16 } }]);
    world.socket.says(frames.alert(17), frames.alert(18), frames.ready(18));
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([17, 18]);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('begins anew in another log, though its numbers are lower', async () => {
    const { bell, world, received } = await ringLive({}, 7);
    world.socket.says(frames.gone(1, 2, 'e2'), frames.alert(1), frames.alert(2), frames.ready(2, 0, 'e2'));
    expect(received.gap).to.deep.equal([{ epoch: 'e2', oldest: 1, head: 2 }]);
    expect(received.notification.map(({ seq }) => seq)).to.deep.equal([1, 2]);
    expect(bell.position).to.deep.equal({ epoch: 'e2', seq: 2, receipts: 0 });
  });

  it('spreads its return over some seconds when the service restarts', async () => {
    const { bell, world } = await ringLive();
    world.chance = 0.8;
    world.socket.ends(1012);
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'restarting', retryInMs: 4_000 });
  });

  it('comes back later when the service says so', async () => {
    const { bell, world } = await ringLive();
    world.socket.ends(1013);
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'restarting', retryInMs: 22_500 });
  });

  it('is not asked in a busy loop by a service that accepts and closes at once', async () => {
    const { bell, world, received } = ring();
    world.chance = 1;
    for (let attempt = 0; attempt < 7; attempt++) {
      await turn();
      world.socket.opens().says(frames.ready(0)).ends();
      await world.pass(bell.state.retryInMs ?? 0);
    }
    const waits = received.state.flatMap(({ retryInMs }) => retryInMs ?? []);
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * 1000));
  });

  it('counts from the beginning again once it was live for a while', async () => {
    const { bell, world } = ring();
    world.chance = 1;
    for (let attempt = 0; attempt < 4; attempt++) {
      await turn();
      world.socket.ends();
      await world.pass(bell.state.retryInMs ?? 0);
    }
    world.socket.opens().says(frames.ready(0));
    await world.pass(10_000);
    world.socket.ends();
    expect(bell.state).to.include({ retryInMs: 1_000 });
  });
});

describe('the link, from waiting,', () => {
  for (const code of [1006, 1012, 1013]) {
    it(`tries at once when the network is back or the page is looked at (after ${code})`, async () => {
      const { bell, world } = await ringLive();
      world.socket.ends(code);
      expect(bell.state.name).to.equal('waiting');
      world.listener?.wake();
      expect(bell.state.name).to.equal('connecting');
      await turn();
      expect(world.sockets).to.have.length(2);
      await world.pass(15_000);
      expect(world.sockets, 'the attempt that was due is over').to.have.length(2);
    });
  }

  it('is not hurried twice by events that come together', async () => {
    const { world } = await ringLive();
    world.socket.ends();
    for (let event = 0; event < 3; event++) world.listener?.wake();
    await turn();
    world.listener?.wake();
    await turn();
    expect(world.sockets).to.have.length(2);
  });
});
