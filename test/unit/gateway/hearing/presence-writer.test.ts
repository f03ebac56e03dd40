import { expect } from 'chai';
import pg from 'pg';
import type { SoundEdge } from '../../../../src/domain/presence.ts';
import { startPresenceWriter } from '../../../../src/gateway/hearing/presence-writer.ts';
import { FakeLeases } from '../../../support/fake-leases.ts';
import { createGates, turn } from '../../../support/fake-log.ts';
import { silent } from '../../../support/feed.ts';

function refusal(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError('refused', 0, 'error');
  error.code = code;
  return error;
}

/** Each pause waits for `go`, which opens it and lets the next statement run. */
async function setting(leases = new FakeLeases()) {
  const clock = { now: 0 };
  const shops = new Set<string>();
  const pauses = createGates();
  const paused: number[] = [];
  const written: SoundEdge[] = [];
  let ids = 0;
  const writer = startPresenceWriter({
    leases,
    shops: () => shops,
    newId: () => `lease-${++ids}`,
    observe: { edgesWritten: (edges) => written.push(...edges) },
    logger: silent,
    pause(ms) {
      paused.push(ms);
      return pauses.gate();
    },
    now: () => clock.now,
  });
  const edge = (shopId: string, canSound: boolean) => {
    if (canSound) shops.add(shopId);
    else shops.delete(shopId);
    writer.add(shopId, canSound);
  };
  const go = async (times = 1) => {
    for (let time = 0; time < times; time++) {
      pauses.open();
      await turn();
    }
  };
  await turn();
  return { clock, leases, shops, paused, pauses, written, writer, edge, go };
}

describe('what a gateway writes of the shops that hear', () => {
  it('is one statement for all edges of a while, each shop with its newest state', async () => {
    const { leases, edge, go, written, paused } = await setting();
    edge('a', true);
    edge('b', true);
    edge('b', false);
    edge('c', true);
    await go();
    expect(leases.statements).to.deep.equal(['begin', 'write +a +c']);
    expect(written).to.have.length(2);
    edge('a', false);
    await go();
    expect(leases.statements.at(-1)).to.equal('write -a');
    expect(leases.hearing).to.deep.equal(['c']);
    expect(paused).to.deep.equal([200, 200, 200]);
  });

  it('takes the shops that came before the lease', async () => {
    const leases = new FakeLeases();
    leases.fault = { error: new Error('away'), isStored: false };
    const { edge, go } = await setting(leases);
    edge('a', true);
    edge('b', true);
    edge('b', false);
    await go(2);
    expect(leases.statements).to.deep.equal(['begin', 'begin', 'write +a']);
  });

  it('renews the lease every five seconds, before the edges', async () => {
    const { clock, leases, edge, go } = await setting();
    clock.now = 4_999;
    await go();
    expect(leases.statements).to.deep.equal(['begin']);
    clock.now = 5_000;
    edge('a', true);
    await go(3);
    expect(leases.statements).to.deep.equal(['begin', 'renew', 'write +a']);
    clock.now = 10_000;
    await go();
    expect(leases.statements.at(-1)).to.equal('renew');
  });

  for (const [what, statements] of [
    ['when it is renewed', ['renew', 'begin', 'write +a +b']],
    ['when edges are written', ['write +b', 'begin', 'write +a +b']],
  ] as const) {
    it(`writes all shops anew under another lease where it finds ${what} that it has lapsed`, async () => {
      const { clock, leases, edge, go } = await setting();
      edge('a', true);
      await go();
      leases.valid.clear();
      leases.statements.length = 0;
      edge('b', true);
      if (what === 'when it is renewed') clock.now = 20_000;
      await go(3);
      expect(leases.statements).to.deep.equal(statements);
      expect(leases.hearing).to.deep.equal(['a', 'b']);
      expect([...leases.valid.keys()]).to.deep.equal(['lease-2']);
    });
  }

  it('writes all shops anew where Postgres has failed over: its last rows may be missing', async () => {
    const { clock, leases, edge, go } = await setting();
    edge('a', true);
    await go();
    leases.logIdentity = 'another';
    clock.now = 5_000;
    await go(4);
    expect(leases.statements.slice(2)).to.deep.equal(['renew', 'begin', 'write +a', 'retire']);
  });

  for (const isStored of [true, false]) {
    it(`retires the lease of a statement whose answer was lost, once all is written anew (${isStored ? 'stored' : 'lost'})`, async () => {
      const { leases, edge, go } = await setting();
      edge('a', true);
      await go();
      leases.fault = { error: new Error('Connection terminated'), isStored };
      edge('b', true);
      await go();
      edge('b', false);
      await go(2);
      expect(leases.hearing, 'until then the old one counts').to.include('a');
      expect(leases.valid.size).to.equal(2);
      await go();
      expect(leases.statements.slice(2)).to.deep.equal(['write +b', 'begin', 'write +a', 'retire']);
      expect(leases.hearing).to.deep.equal(['a']);
    });
  }

  for (const [code, isAnew] of [
    ['40P01', false],
    ['57014', false],
    ['57P01', true],
  ] as const) {
    it(`${isAnew ? 'writes all anew' : 'tries the same edges again'} after SQLSTATE ${code}`, async () => {
      const { leases, edge, go, paused } = await setting();
      edge('a', true);
      leases.fault = { error: refusal(code), isStored: false };
      await go();
      expect(paused.at(-1)).to.equal(1_000);
      await go(2);
      expect(leases.statements.includes('begin', 1)).to.equal(isAnew);
      expect(leases.hearing).to.deep.equal(['a']);
    });
  }

  it('writes 100,000 shops in batches of a thousand, one at a time, with a renewal in between', async () => {
    const { clock, leases, edge, go, paused } = await setting();
    for (let shop = 0; shop < 100_000; shop++) edge(`s${shop}`, true);
    await go(50);
    clock.now = 5_000;
    await go(51);
    const kinds = leases.statements.map((statement) => statement.split(' ')[0]);
    expect(kinds.filter((kind) => kind === 'write')).to.have.length(100);
    expect(kinds[51]).to.equal('renew');
    expect(leases.hearing).to.have.length(100_000);
    expect(Math.max(...paused.slice(1, -2))).to.equal(20);
  });

  it('removes everything when it stops, after the statement that is under way', async () => {
    const { leases, edge, go, pauses, writer } = await setting();
    const gates = createGates();
    leases.gate = () => gates.gate();
    edge('a', true);
    await go();
    const stopping = writer.stop();
    await turn();
    expect(leases.statements.at(-1)).to.equal('write +a');
    leases.gate = async () => {};
    gates.open();
    pauses.open();
    await turn();
    pauses.open();
    await stopping;
    expect(leases.statements.at(-1)).to.equal('end');
    expect(leases.valid.size).to.equal(0);
  });

  it('stops also while Postgres is away', async () => {
    const { leases, edge, go, pauses, writer } = await setting();
    edge('a', true);
    await go();
    const stopping = writer.stop();
    leases.fault = { error: new Error('away'), isStored: false };
    pauses.open();
    await stopping;
  });
});
