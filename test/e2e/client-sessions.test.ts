/** The browser client and what the service says of its session and its log: replaced, gone, another log. */

import { expect } from 'chai';
import { memoryStore } from '../support/bell.ts';
import { type Bells, createBells } from '../support/bells.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

describe('the browser client', () => {
  let around: Surroundings;
  let service: Service;
  let bells: Bells;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({
      GATEWAY_COMPARE_SECONDS: '1',
      GATEWAY_PAGE_SIZE: '4',
      GATEWAY_TAIL_LENGTH: '2', // what memory holds is not gone
    });
    bells = createBells();
  });
  afterEach(() => bells.closeAll());
  after(() => around.tearDown());

  const sql = (statement: string) => around.database.pool.query(statement);

  it('does not come back once another page has taken over its sid, which goes on', async () => {
    const options = { url: service.url, sid: 'till', shop: 'replaced' };
    const first = bells.ring({ ...options, store: memoryStore() });
    await first.become('live');
    const second = bells.ring({ ...options, store: memoryStore() });
    await first.become('closed');
    expect(first.bell.state).to.deep.equal({ name: 'closed', reason: 'replaced' });
    await second.become('live');
    await around.pay('replaced', 1, 1);
    await eventually(() => expect(second.seqs()).to.deep.equal([1]));
    expect(second.received.state.map(({ name }) => name)).to.deep.equal(['catching-up', 'live']);
    expect(first.seqs()).to.deep.equal([]);
  });

  it('does not take its own earlier socket for another page, when that one is still open at the service', async () => {
    const proxy = await startTcpProxy(service.url);
    const timings = { silenceMs: 1_500, attemptMs: 1_000 };
    const { become, received, seqs } = bells.ring({ url: proxy.url, sid: 'till', shop: 'own' }, timings);
    await become('live');
    proxy.pause();
    await become('waiting');
    proxy.restore(); // the first socket lives, and is told that it was replaced
    await eventually(() => expect(received.state.filter(({ name }) => name === 'live')).to.have.length(2));
    await around.pay('own', 1, 1);
    await eventually(() => expect(seqs()).to.deep.equal([1]));
    expect(received.state.some(({ name }) => name === 'closed')).to.equal(false);
    bells.closeAll();
    await proxy.close();
  });

  it('says what retention has taken while it was away, and goes on with all that is kept', async () => {
    const store = memoryStore();
    const options = { url: service.url, sid: 'till', shop: 'retained', store };
    const first = bells.ring(options);
    await first.become('live');
    await around.pay('retained', 1, 2);
    await eventually(() => expect(first.seqs()).to.deep.equal([1, 2]));
    first.bell.close();
    await around.pay('retained', 3, 9);
    await eventually(async () => {
      const { rows } = await sql("SELECT head::int FROM shops WHERE id = 'retained'");
      expect(rows[0].head).to.equal(9);
    });
    await sql(`UPDATE notifications SET stored_at = now() - interval '1 year' WHERE shop_id = 'retained' AND seq < 7;
               SELECT remove_expired(now() - interval '1 day', 100)`);
    const second = bells.ring(options);
    await eventually(() => expect(second.seqs()).to.deep.equal([7, 8, 9]));
    await second.become('live');
    const [gap] = second.received.gap;
    expect(gap).to.deep.include({ oldest: 7, head: 9, missing: { from: 3, to: 6 } });
    expect(second.received.gap).to.have.length(1);
  });

  it('begins anew in a log that takes the place of its own while it is connected, and resumes in that one', async () => {
    const shop = 'exchanged';
    const store = memoryStore();
    const options = { url: service.url, sid: 'till', shop, store };
    const { become, seqs, received, bell } = bells.ring(options);
    await become('live');
    await around.pay(shop, 1, 5);
    await eventually(() => expect(seqs()).to.deep.equal(upTo(5)));
    const before = bell.position?.epoch;
    await sql(`DELETE FROM notifications WHERE shop_id = '${shop}';
      UPDATE shops SET epoch = gen_random_uuid(), head = 2, oldest = 1, receipts = 0 WHERE id = '${shop}';
      INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at)
      SELECT '${shop}', n, '${shop}-other-' || n, 1, 1000 + n, 'other', now() FROM generate_series(1, 2) n`);
    await eventually(() => expect(seqs()).to.deep.equal([...upTo(5), 1, 2]));
    await become('live');
    expect(received.gap).to.have.length(1);
    expect(received.gap[0]).to.include({ oldest: 1, head: 2 });
    expect(received.gap[0]?.missing).to.equal(undefined);
    expect(received.gap[0]?.epoch).not.to.equal(before);
    bell.close();

    await around.pay(shop, 501, 501);
    const reloaded = bells.ring(options);
    await eventually(() => expect(reloaded.seqs()).to.deep.equal([3]));
    expect(reloaded.received.gap).to.deep.equal([]);
  });
}).timeout(30_000);
