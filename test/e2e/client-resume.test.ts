/** The browser client against the real service, over a wire that is cut, held back, and a service that restarts. */

import { expect } from 'chai';
import { WebSocket } from 'ws';
import { connect } from '../../src/client/connect.ts';
import { memoryStore } from '../support/bell.ts';
import { type Bells, createBells } from '../support/bells.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import { withSeed } from '../support/random.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('the browser client', () => {
  let around: Surroundings;
  let service: Service;
  let bells: Bells;
  let proxy: TcpProxy;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({
      GATEWAY_HEARTBEAT_SECONDS: '1',
      GATEWAY_TAIL_LENGTH: '8',
      GATEWAY_PAGE_SIZE: '16',
    });
    bells = createBells();
  });
  beforeEach(async () => {
    proxy = await startTcpProxy(service.url);
  });
  afterEach(async () => {
    bells.closeAll();
    await proxy.close();
  });
  after(() => around.tearDown());

  it('tells what happens from now on, as a page would hear it', async () => {
    await around.pay('fresh', 1, 2);
    const bell = connect({ url: service.url, sid: 'till', shop: 'fresh', WebSocket });
    try {
      await eventually(() => expect(bell.position?.seq).to.equal(2));
      const heard: unknown[] = [];
      bell.on('notification', (alert) => heard.push(alert));
      await around.pay('fresh', 3, 3);
      await eventually(() => expect(heard).to.have.length(1));
      const { eventId, occurredAt, ...alert } = Object(heard[0]);
      expect(alert).to.deep.equal({ seq: 3, type: 1, orderId: 3, content: '订单号： fresh-3' });
      expect([eventId, new Date(occurredAt).toISOString()]).to.deep.equal([eventId, occurredAt]);
      expect(bell.position).to.include({ seq: 3, receipts: 0 });
    } finally {
      bell.close();
    }
  });

  it('tells all that is kept to a page that begins at the oldest', async () => {
    await around.pay('oldest', 1, 50);
    const { become, seqs, bell } = bells.ring({
      url: service.url,
      sid: 'till',
      shop: 'oldest',
      from: 'oldest',
    });
    await eventually(() => expect(seqs()).to.deep.equal(upTo(50)));
    await become('live');
    expect(bell.position).to.include({ seq: 50 });
  });

  it('resumes after a cut without a miss or a repeat', async () => {
    const { become, seqs, received } = bells.ring({ url: proxy.url, sid: 'till', shop: 'cut' });
    await become('live');
    await around.pay('cut', 1, 5);
    await eventually(() => expect(seqs()).to.deep.equal(upTo(5)));
    proxy.cut();
    await become('waiting');
    await around.pay('cut', 6, 40);
    await eventually(() => expect(proxy.refused()).to.be.above(0));
    expect(received.state.at(-1)?.reason).to.equal('lost');
    proxy.restore();
    await eventually(() => expect(seqs()).to.deep.equal(upTo(40)));
    await become('live');
    expect(received.gap).to.deep.equal([]);
  });

  it('resumes each time when it is cut again and again at random moments while alerts pour in', () =>
    withSeed(async (random) => {
      // Each link counts as a success: else the waits would grow from cut to cut.
      const timings = { stableMs: 0 };
      const { become, seqs } = bells.ring({ url: proxy.url, sid: 'till', shop: 'storm' }, timings);
      await become('live');
      for (let round = 0; round < 10; round++) {
        const paid = around.pay('storm', 1 + round * 20, 20 + round * 20);
        const enough = random.between(seqs().length, 20 + round * 20);
        await eventually(() => expect(seqs().length).to.be.at.least(enough));
        proxy.cut();
        proxy.restore();
        await paid;
      }
      await eventually(() => expect(seqs()).to.have.length(200));
      expect(seqs()).to.deep.equal(upTo(200));
    })).timeout(60_000);

  it('misses nothing over a reload of the page', async () => {
    const store = memoryStore();
    const options = { url: service.url, sid: 'till', shop: 'reload', store };
    const first = bells.ring(options);
    await first.become('live');
    await around.pay('reload', 1, 3);
    await eventually(() => expect(first.seqs()).to.deep.equal([1, 2, 3]));
    first.bell.close();
    await around.pay('reload', 4, 6);
    const second = bells.ring(options);
    await eventually(() => expect(second.seqs()).to.deep.equal([4, 5, 6]));
    await second.become('live');
  });

  it('finds a link dead on which the heartbeats have stopped, and resumes over another', async () => {
    const timings = { silenceMs: 3_000, attemptMs: 1_000 };
    const { become, seqs, received } = bells.ring({ url: proxy.url, sid: 'till', shop: 'dead' }, timings);
    await become('live');
    proxy.pause(); // nothing passes, and nobody is told
    await around.pay('dead', 1, 3);
    await eventually(() => {
      const reasons = received.state.flatMap(({ name, reason }) => (name === 'waiting' ? [reason] : []));
      expect(reasons.slice(0, 2)).to.deep.equal(['silent', 'lost']);
    });
    expect(seqs()).to.deep.equal([]);
    proxy.restore();
    await eventually(() => expect(seqs()).to.deep.equal([1, 2, 3]));
    await become('live');
  }).timeout(30_000);

  it('stays on a quiet link as long as heartbeats come', async () => {
    const timings = { silenceMs: 3_000, attemptMs: 1_000 };
    const { become, received } = bells.ring({ url: proxy.url, sid: 'till', shop: 'quiet' }, timings);
    await become('live');
    const since = performance.now();
    await eventually(() => expect(performance.now() - since).to.be.above(6_000));
    expect(received.state.map(({ name }) => name)).to.deep.equal(['catching-up', 'live']);
  }).timeout(30_000);

  it('comes back after the service has restarted, and misses nothing of the time between', async () => {
    const before = await around.serve();
    proxy.moveTo(before.url);
    const { become, seqs, received } = bells.ring({ url: proxy.url, sid: 'till', shop: 'restart' });
    await become('live');
    await around.pay('restart', 1, 2);
    await eventually(() => expect(seqs()).to.deep.equal([1, 2]));
    await before.stop();
    expect(received.state.at(-1)).to.include({ name: 'waiting', reason: 'restarting' });
    await around.pay('restart', 3, 4);
    const after = await around.serve();
    proxy.moveTo(after.url);
    await eventually(() => expect(seqs()).to.deep.equal([1, 2, 3, 4]), 20_000);
    await become('live');
  }).timeout(40_000);

  it('waits and tries again where its upgrade is refused, which pages are not told from a lost network', async () => {
    const { received } = bells.ring({ url: `${service.url}/nowhere`, sid: 'till', shop: 'refused' });
    await eventually(() => {
      const passed = received.state.map(({ name, reason }) => `${name} ${reason}`);
      expect(passed.slice(0, 3)).to.deep.equal(['waiting lost', 'connecting lost', 'waiting lost']);
    });
  });
});
