/** How the link goes over to another process before its own one stops, in a fake world. */

import { expect } from 'chai';
import { frames, ring, ringLive } from '../../support/bell.ts';
import type { FakeSocket, FakeWorld } from '../../support/client-world.ts';
import { turn } from '../../support/client-world.ts';

const restarting = { kind: 'restarting', withinMs: 8_000 };
const seqs = ({ notification }: { notification: { seq: number }[] }) => notification.map(({ seq }) => seq);

/** A live bell that was asked to move, and the socket that it opened for that. */
async function moving(head = 0) {
  const rung = await ringLive({}, head);
  const before = rung.world.socket;
  before.says(restarting);
  await rung.world.pass(4_000);
  return { ...rung, before, next: nextOf(rung.world, before) };
}

function nextOf(world: FakeWorld, before: FakeSocket): FakeSocket {
  expect(world.socket, 'the socket that was opened last').not.to.equal(before);
  return world.socket;
}

describe('a link whose process stops', () => {
  it('opens the next socket at a random time within that, from where it is, and stays live', async () => {
    const { bell, world, received } = await ringLive({}, 41);
    const before = world.socket;
    before.says(restarting, frames.alert(42));
    await world.pass(3_999);
    expect(world.sockets).to.have.length(1);
    await world.pass(1);
    expect(world.sockets).to.have.length(2);
    expect(world.socket.query).to.deep.equal({ since: '42', epoch: 'e1', receiptsSince: '0' });
    expect(bell.state).to.deep.equal({ name: 'live' });
    expect(received.state.map(({ name }) => name)).to.deep.equal(['catching-up', 'live']);
  });

  it('closes its socket once the next one has caught up, and follows that one', async () => {
    const { bell, before, next, received } = await moving();
    next.opens();
    expect(before.isClosed).to.equal(false);
    next.says(frames.ready(0));
    expect(before.isClosed).to.equal(true);
    expect(before.closedWith).to.equal(1000);
    before.says(frames.alert(7));
    next.says(frames.alert(1));
    expect(seqs(received)).to.deep.equal([1]);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('hands on once what both sockets bring, in order, whichever is ahead', async () => {
    const { before, next, received } = await moving();
    before.says(frames.alert(1));
    next.opens().says(frames.alert(1), frames.alert(2), frames.alert(3));
    before.says(frames.alert(2), frames.alert(3), frames.receipt(1, 1), frames.alert(4));
    next.says(frames.ready(3, 0), frames.alert(4), frames.receipt(1, 1), frames.alert(5));
    expect(seqs(received)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(received.receipt.map(({ n }) => n)).to.deep.equal([1]);
    expect(before.isClosed).to.equal(true);
  });

  it('sends again over the next link what was not acknowledged over the one before', async () => {
    const { bell, before, next } = await moving(3);
    bell.ack(2);
    expect(before.sent).to.have.length(1);
    next.opens().says(frames.ready(3));
    expect(next.sent).to.deep.equal(before.sent);
  });

  it('reports over the next link what it reported before: a muted till is muted there too', async () => {
    const { bell, before, next } = await moving();
    bell.hearing({ sound: 'muted', visible: true });
    next.opens().says({ ...frames.ready(0), now: '2025-03-06T17:14:38.512Z' });
    expect(next.sent).to.deep.equal([{ kind: 'hearing', sound: 'muted', visible: true }]);
    expect(before.isClosed).to.equal(true);
  });

  it('tries again while its own process lasts, when the next socket fails', async () => {
    const { bell, world, before, next, received } = await moving();
    next.ends();
    before.says(frames.alert(1));
    await world.pass(1_000);
    const third = nextOf(world, next);
    third.opens().says(frames.alert(2));
    expect(seqs(received)).to.deep.equal([1, 2]);
    third.says(frames.ready(2));
    expect(before.isClosed).to.equal(true);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('gives up a next socket that does not catch up within 20 s, and tries another', async () => {
    const { world, next } = await moving();
    next.opens();
    await world.pass(20_500);
    expect(next.isClosed).to.equal(true);
    nextOf(world, next).opens();
  });

  it('tries another where the next process stops as well', async () => {
    const { world, before, next } = await moving();
    next.opens().says(restarting);
    expect(next.isClosed).to.equal(true);
    expect(before.isClosed).to.equal(false);
    await world.pass(1_000);
    nextOf(world, next);
  });

  it('comes back as after any loss when its process ends before the next link is there', async () => {
    const { bell, world, before, next } = await moving();
    before.ends(1012);
    expect(next.isClosed).to.equal(true);
    expect(bell.state).to.include({ name: 'waiting', reason: 'restarting' });
    await world.pass(bell.state.retryInMs ?? 0);
    expect(world.sockets).to.have.length(3);
  });

  it('is not replaced by its own next link', async () => {
    const { bell, world, before } = await moving();
    before.ends(4001);
    await turn();
    expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'restarting' });
    expect(world.sockets).to.have.length(3);
  });

  it('is replaced by another page, where it has no next link yet', async () => {
    const { bell, world } = await ringLive();
    world.socket.says(restarting).ends(4001);
    expect(bell.state).to.deep.equal({ name: 'closed', reason: 'replaced' });
    await world.pass(60_000);
    expect(world.sockets).to.have.length(1);
  });

  it('follows the next link into another log', async () => {
    const { bell, before, next, received } = await moving(5);
    next.opens().says(frames.gone(1, 2, 'e2'));
    expect(before.isClosed).to.equal(true);
    expect(bell.state).to.deep.equal({ name: 'catching-up' });
    next.says(frames.alert(1), frames.alert(2), frames.ready(2, 0, 'e2'));
    expect(seqs(received)).to.deep.equal([1, 2]);
    expect(received.gap).to.have.length(1);
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('asks for a token for the next link, and tries again where it cannot be had', async () => {
    let count = 0;
    const token = async () => {
      if (++count === 2) throw new Error('no session');
      return `token-${count}`;
    };
    const { bell, world } = ring({ token });
    await turn();
    world.socket.opens().says(frames.ready(0), restarting);
    await world.pass(4_000);
    expect(world.sockets).to.have.length(1);
    expect(String(world.errors[0])).to.include('no session');
    await world.pass(1_000);
    expect(world.socket.protocols[1]).to.equal('bearer.token-3');
    expect(bell.state).to.deep.equal({ name: 'live' });
  });

  it('moves once, however often it is asked, and not after it was closed', async () => {
    const { bell, world, before, next } = await moving();
    before.says(restarting, restarting);
    await world.pass(8_000);
    expect(world.sockets).to.have.length(2);
    bell.close();
    expect([before.isClosed, next.isClosed]).to.deep.equal([true, true]);
    await world.pass(60_000);
    expect(world.sockets).to.have.length(2);
    expect(world.timersSet).to.equal(0);
  });
});
