import { expect } from 'chai';
import { createOccupancy, type Occupancy } from '../../../../src/gateway/upgrade/occupancy.ts';

function take(occupancy: Occupancy, address: string, shopId: string): () => void {
  const releaseSlot = occupancy.take({ address, shopId });
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
    const occupancy = createOccupancy(limits);
    take(occupancy, 'a', 's');
    take(occupancy, 'a', 't');
    expect(occupancy.take({ address: 'a', shopId: 'u' })).to.equal('address');
    take(occupancy, 'b', 's');
    take(occupancy, 'c', 's');
    expect(occupancy.take({ address: 'd', shopId: 't' })).to.equal('all');
    expect(occupancy.size).to.equal(4);
  });

  it('of a shop are full though there are others', () => {
    const occupancy = createOccupancy(limits);
    for (const address of ['a', 'b', 'c']) take(occupancy, address, 's');
    expect(occupancy.take({ address: 'd', shopId: 's' })).to.equal('shop');
    take(occupancy, 'd', 't');
  });

  it('are free again when somebody leaves, and only once', () => {
    const occupancy = createOccupancy(limits);
    const releaseSlot = take(occupancy, 'a', 's');
    take(occupancy, 'a', 's');
    releaseSlot();
    releaseSlot();
    expect(occupancy.size).to.equal(1);
    take(occupancy, 'a', 's');
    expect(occupancy.take({ address: 'a', shopId: 's' })).to.equal('address');
  });

  it('are not used up by who finds them full', () => {
    const occupancy = createOccupancy({ ...limits, connectionsPerAddress: 1 });
    take(occupancy, 'a', 's')();
    const releaseSlot = take(occupancy, 'a', 's');
    for (let attempt = 0; attempt < 10; attempt++)
      expect(occupancy.take({ address: 'a', shopId: 's' })).to.equal('address');
    releaseSlot();
    expect(occupancy.size).to.equal(0);
  });

  it('are given to who replaces a session though all are taken, once, and come back once', () => {
    const occupancy = createOccupancy({ ...limits, connections: 0 });
    const old = take(occupancy, 'a', 's');
    for (const address of ['b', 'c']) take(occupancy, address, 's');
    const next = occupancy.take({ address: 'd', shopId: 's', replaces: old });
    if (typeof next === 'string') throw new Error(next);
    expect(occupancy.take({ address: 'e', shopId: 's', replaces: old })).to.equal('shop');
    next(); // it did not come about
    const again = occupancy.take({ address: 'd', shopId: 's', replaces: old });
    if (typeof again === 'string') throw new Error(again);
    old();
    old();
    expect(occupancy.size).to.equal(3);
    expect(occupancy.take({ address: 'e', shopId: 's', replaces: old }), 'gone').to.equal('shop');
    again();
    take(occupancy, 'e', 's');
  });

  it('are limited for one subject in each shop, and not for none', () => {
    const occupancy = createOccupancy({ ...limits, connections: 0, connectionsPerSubject: 1 });
    take(occupancy, 'x', 's');
    const of = (shopId: string, address: string) => occupancy.take({ address, shopId, subject: 'till' });
    expect(of('s', 'a')).to.be.a('function');
    expect(of('s', 'b')).to.equal('subject');
    expect(of('t', 'b')).to.be.a('function');
    take(occupancy, 'y', 's');
  });

  it('have no end where the limits are 0', () => {
    const occupancy = createOccupancy({
      connectionsPerAddress: 0,
      connectionsPerShop: 0,
      connectionsPerSubject: 0,
      connections: 0,
    });
    for (let count = 0; count < 10_000; count++) take(occupancy, 'a', 's');
    expect(occupancy.size).to.equal(10_000);
  });
});
