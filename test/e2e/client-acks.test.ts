/** Acknowledging with the browser client, against the real service and its limits. */

import { expect } from 'chai';
import { type Bells, createBells } from '../support/bells.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

describe('acknowledging with the browser client', () => {
  let around: Surroundings;
  let service: Service;
  let bells: Bells;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
    bells = createBells();
  });
  afterEach(() => bells.closeAll());
  after(() => around.tearDown());

  async function ringWith(shop: string, length: number, url = service.url) {
    const rung = bells.ring({ url, sid: 'till', shop });
    await rung.become('live');
    await around.pay(shop, 1, length);
    await eventually(() => expect(rung.seqs()).to.deep.equal(upTo(length)));
    return { ...rung, acked: () => rung.received.receipt.map(({ seq }) => seq) };
  }
  async function recorded(shop: string): Promise<number[]> {
    const { rows } = await around.database.pool.query(
      'SELECT seq::int FROM receipts WHERE shop_id = $1 ORDER BY seq',
      [shop],
    );
    return rows.map(({ seq }) => seq);
  }

  it('tells all sessions of the shop, and is answered by a receipt', async () => {
    const { bell, received } = await ringWith('told', 2);
    const other = bells.ring({ url: service.url, sid: 'other', shop: 'told' });
    await other.become('live');
    bell.ack(2);
    for (const heard of [received, other.received]) {
      await eventually(() => expect(heard.receipt).to.have.length(1));
      expect(heard.receipt[0]).to.include({ n: 1, seq: 2, sid: 'till' });
    }
    expect(bell.position?.receipts).to.equal(1);
  });

  it('gets through, once, when the link is cut before the receipt has come', async () => {
    const proxy = await startTcpProxy(service.url);
    const { bell, acked } = await ringWith('between', 3, proxy.url);
    proxy.pause();
    bell.ack(1); // does not reach the service
    proxy.cut();
    bell.ack(2); // while there is no link
    proxy.restore();
    await eventually(() => expect(acked().toSorted()).to.deep.equal([1, 2]));
    expect(await recorded('between')).to.deep.equal([1, 2]);
    bells.closeAll();
    await proxy.close();
  });

  it('gets its receipt over the next link when only the receipt was lost', async () => {
    let isSent = false;
    const proxy = await startTcpProxy(service.url, () => {
      isSent = true;
    });
    const { bell, acked } = await ringWith('receipt-lost', 1, proxy.url);
    isSent = false;
    proxy.delay(1_500); // each way: the receipt is on its way when the link is cut
    bell.ack(1);
    await eventually(() => expect(isSent).to.equal(true));
    await eventually(async () => expect(await recorded('receipt-lost')).to.deep.equal([1]));
    expect(acked()).to.deep.equal([]);
    proxy.cut();
    proxy.delay(0);
    proxy.restore();
    await eventually(() => expect(acked()).to.deep.equal([1]));
    bells.closeAll();
    await proxy.close();
  });

  it('of a hundred at once gets them all through, within what the service takes a second', async () => {
    const { bell, acked } = await ringWith('hundred', 100);
    for (const seq of upTo(100)) bell.ack(seq);
    await eventually(() => expect(acked()).to.have.length(100), 20_000);
    expect(await recorded('hundred')).to.deep.equal(upTo(100));
  }).timeout(40_000);

  it('of five hundred by one press gets them all through within two seconds, in few frames', async () => {
    const { bell, acked } = await ringWith('press', 500);
    const startedAt = performance.now();
    bell.ack(upTo(500));
    await eventually(() => expect(acked()).to.have.length(500), 2_000);
    expect(performance.now() - startedAt).to.be.below(2_000);
    expect(await recorded('press')).to.deep.equal(upTo(500));
    const { rows } = await around.database.pool.query(
      `SELECT count(DISTINCT xmin::text)::int FROM receipts WHERE shop_id = 'press'`,
    );
    expect(rows[0].count).to.equal(3);
  }).timeout(20_000);

  it('gets through a service that takes fewer than the client sends', async () => {
    const slow = await around.serve({ GATEWAY_FRAMES_PER_SECOND: '3' });
    const { bell, acked } = await ringWith('slow', 10, slow.url);
    for (const seq of upTo(10)) bell.ack(seq);
    await eventually(() => expect(acked()).to.have.length(10), 20_000);
  }).timeout(40_000);

  it('is told of what the log does not have', async () => {
    const { bell, received } = await ringWith('unknown', 1);
    bell.ack(4711);
    await eventually(() => expect(received.refusal).to.have.length(1));
    expect(received.refusal[0]).to.include({ code: 'unknown-seq' });
  });
});
