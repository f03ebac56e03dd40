/** A deployment: another process is up, the first is stopped, and clients of orderbell.v1 move without a deaf second. */

import { expect } from 'chai';
import { type Bells, createBells } from '../support/bells.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const SLOW = { DRAIN_SOCKET_SECONDS: '2' };

describe('clients of a process that stops', () => {
  let around: Surroundings;
  let bells: Bells;
  let proxy: TcpProxy | undefined;
  before(async () => {
    around = await createSurroundings();
    bells = createBells();
  });
  afterEach(async () => {
    bells.closeAll();
    await around.clear();
    await proxy?.close();
    proxy = undefined;
  });
  after(() => around.tearDown());

  /** Publishes one event after the other until it is stopped; resolves with how many. */
  function publishOn(shop: string) {
    let isOver = false;
    let count = 0;
    const run = async () => {
      while (!isOver) await around.pay(shop, count + 1, ++count);
      return count;
    };
    const running = run();
    return {
      stop() {
        isOver = true;
        return running;
      },
    };
  }

  /** Stops `first` under load; each of the bells has moved to the other process and has everything, once and in order. */
  async function expectUnnoticed(first: Service, url: string, shop: string, beforeStop = () => {}) {
    const rung = upTo(20).map((n) => bells.ring({ url, sid: `till-${n}`, shop }));
    for (const { become } of rung) await become('live');
    const load = publishOn(shop);
    await eventually(() => expect(rung[0]?.seqs().length).to.be.above(3));
    beforeStop();
    await first.stop();
    const count = await load.stop();
    for (const { seqs } of rung) {
      await eventually(() => expect(seqs()).to.have.length(count));
      expect(seqs()).to.deep.equal(upTo(count));
    }
    for (const { received } of rung) {
      expect(received.state.map(({ name }) => name)).to.deep.equal(['catching-up', 'live']);
    }
  }

  it('move to another process behind the same address, live all the while', async () => {
    const [first, second] = [await around.serve(SLOW), await around.serve()];
    const through = await startTcpProxy(first.url);
    proxy = through;
    await expectUnnoticed(first, through.url, 'proxied', () => through.moveTo(second.url));
  });

  it('move to a new process on the same port', async () => {
    const first = await around.serve({ ...SLOW, HTTP_SHARE_PORT: 'true' });
    await around.serve({ PORT: String(first.port), HTTP_SHARE_PORT: 'true' });
    // The system divides them between both: those of the second stay where they are.
    await expectUnnoticed(first, first.url, 'same-port');
  });

  it('are served to the end where they are plain, and closed last', async () => {
    const [first] = [await around.serve({ DRAIN_SOCKET_SECONDS: '1' }), await around.serve()];
    const plain = await around.open(first, 'plain', { ...PLAIN, query: { shop: 'mixed' } });
    const v1 = await around.open(first, 'v1', { query: { shop: 'mixed' } });
    await v1.nextOf('ready');
    const closed: string[] = [];
    void plain.closed.then(() => closed.push('plain'));
    void v1.closed.then(() => closed.push('v1'));
    const load = publishOn('mixed');
    expect(
      await Promise.all([first.stop(), v1.nextOf('restarting')]).then(([, frame]) => frame),
    ).to.deep.equal({
      kind: 'restarting',
      withinMs: 1_000,
    });
    expect([await v1.closed, await plain.closed]).to.deep.equal([1012, 1012]);
    expect(closed).to.deep.equal(['v1', 'plain']);
    await load.stop();
    const { rows } = await around.database.pool.query(
      "SELECT order_id::int FROM notifications WHERE shop_id = 'mixed' ORDER BY seq LIMIT $1",
      [plain.frames.length],
    );
    expect(plain.frames.map(({ orderId }) => orderId)).to.deep.equal(rows.map(({ order_id }) => order_id));
    const beforeTheEnd = seqsOf(v1);
    expect(beforeTheEnd).to.deep.equal(upTo(beforeTheEnd.length));
    expect(beforeTheEnd.length, 'served on after it was asked to move').to.be.above(
      v1.frames.findIndex(({ kind }) => kind === 'restarting'),
    );
  });

  it('are not cut off by their own next session, and closed as replaced where they stay', async () => {
    const [first, second] = [await around.serve({ DRAIN_SOCKET_SECONDS: '1' }), await around.serve()];
    const before = await around.open(first, 'till', { query: { shop: 'own' } });
    await before.nextOf('ready');
    const stopping = first.stop();
    await before.nextOf('restarting');
    const next = await around.open(second, 'till', { query: { shop: 'own', since: 0 } });
    await next.nextOf('ready');
    await around.pay('own', 1, 3);
    await eventually(() => expect(seqsOf(next)).to.deep.equal([1, 2, 3]));
    await eventually(() => expect(seqsOf(before)).to.deep.equal([1, 2, 3]));
    await stopping;
    expect(await before.closed).to.equal(4001);
    await around.pay('own', 4, 4);
    await eventually(() => expect(seqsOf(next)).to.deep.equal([1, 2, 3, 4]));
  });

  it('keep the process no longer than they need', async () => {
    const [first, second] = [await around.serve({ DRAIN_SOCKET_SECONDS: '60' }), await around.serve()];
    const before = await around.open(first, 'till', { query: { shop: 'quick' } });
    await before.nextOf('ready');
    const stopping = first.stop();
    await before.nextOf('restarting');
    await (await around.open(second, 'till', { query: { shop: 'quick' } })).nextOf('ready');
    before.socket.close(1000);
    await stopping;
    expect(await before.closed).to.equal(1000);
  });
}).timeout(30_000);
