import { expect } from 'chai';
import { createSlots, type Slots } from '../../../../src/gateway/upgrade/slots.ts';

function take(slots: Slots, address: string, shopId: string): () => void {
  const releaseSlot = slots.take({ address, shopId });
  if (typeof releaseSlot === 'string') throw new Error(`full: ${releaseSlot}`);
  return releaseSlot;
}

describe('the places for sockets', () => {
  const limits = {
    connectionsPerAddress: 2,
    connectionsPerShop: 3,
    connectionsPerSubject: 0,
    connections: 4,
  };

  it('are as many as an address, a shop and all may have, and say which of them is full', () => {
    const slots = createSlots(limits);
    take(slots, 'a', 's');
    take(slots, 'a', 't');
    expect(slots.take({ address: 'a', shopId: 'u' })).to.equal('address');
    take(slots, 'b', 's');
    take(slots, 'c', 's');
    expect(slots.take({ address: 'd', shopId: 't' })).to.equal('all');
    expect(slots.size).to.equal(4);
  });

  it('of a shop are full though there are others', () => {
    const slots = createSlots(limits);
    for (const address of ['a', 'b', 'c']) take(slots, address, 's');
    expect(slots.take({ address: 'd', shopId: 's' })).to.equal('shop');
    take(slots, 'd', 't');
  });

  it('are free again when somebody leaves, and only once', () => {
    const slots = createSlots(limits);
    const releaseSlot = take(slots, 'a', 's');
    take(slots, 'a', 's');
    releaseSlot();
    releaseSlot();
    expect(slots.size).to.equal(1);
    take(slots, 'a', 's');
    expect(slots.take({ address: 'a', shopId: 's' })).to.equal('address');
  });

  it('are not used up by who finds them full', () => {
    const slots = createSlots({ ...limits, connectionsPerAddress: 1 });
    take(slots, 'a', 's')();
    const releaseSlot = take(slots, 'a', 's');
    for (let attempt = 0; attempt < 10; attempt++)
      expect(slots.take({ address: 'a', shopId: 's' })).to.equal('address');
    releaseSlot();
    expect(slots.size).to.equal(0);
  });

  it('are given to who replaces a session though all are taken, once, and come back once', () => {
    const slots = createSlots({ ...limits, connections: 0 });
    const old = take(slots, 'a', 's');
    for (const address of ['b', 'c']) take(slots, address, 's');
    const next = slots.take({ address: 'd', shopId: 's', replaces: old });
    if (typeof next === 'string') throw new Error(next);
    expect(slots.take({ address: 'e', shopId: 's', replaces: old })).to.equal('shop');
    next(); // it did not come about
    const again = slots.take({ address: 'd', shopId: 's', replaces: old });
    if (typeof again === 'string') throw new Error(again);
    old();
    old();
    expect(slots.size).to.equal(3);
    expect(slots.take({ address: 'e', shopId: 's', replaces: old }), 'gone').to.equal('shop');
    again();
    take(slots, 'e', 's');
  });

  it('are limited for one subject in each shop, and not for none', () => {
    const slots = createSlots({ ...limits, connections: 0, connectionsPerSubject: 1 });
    take(slots, 'x', 's');
    const of = (shopId: string, address: string) => slots.take({ address, shopId, subject: 'till' });
    expect(of('s', 'a')).to.be.a('function');
    expect(of('s', 'b')).to.equal('subject');
    expect(of('t', 'b')).to.be.a('function');
    take(slots, 'y', 's');
  });

  it('have no end where the limits are 0', () => {
    const slots = createSlots({
      connectionsPerAddress: 0,
      connectionsPerShop: 0,
      connectionsPerSubject: 0,
      connections: 0,
    });
    for (let count = 0; count < 10_000; count++) take(slots, 'a', 's');
    expect(slots.size).to.equal(10_000);
  });
});
