/** The database is exchanged for another while sockets are connected: v1 clients are told, and get all the new one has. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

describe('another log in the place of the one that is followed', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({
      GATEWAY_COMPARE_SECONDS: '1',
      GATEWAY_PAGE_SIZE: '4',
      GATEWAY_TAIL_LENGTH: '3',
    });
  });
  after(() => around.tearDown());

  const sql = (statement: string) => around.database.pool.query(statement);
  /** Takes all of the shop's log away and begins another, of so many notifications that were stored so long ago. */
  const exchange = (shop: string, length: number, epoch = 'gen_random_uuid()', ago = '1 hour') =>
    sql(`DELETE FROM notifications WHERE shop_id = '${shop}';
         UPDATE shops SET epoch = ${epoch}, head = ${length}, oldest = 1, receipts = 0 WHERE id = '${shop}';
         INSERT INTO notifications (shop_id, seq, event_id, type, order_id, content, occurred_at, stored_at)
         SELECT '${shop}', n, '${shop}-other-' || n, 1, 1000 + n, 'other', now(), now() - interval '${ago}' FROM generate_series(1, ${length}) n`);

  async function followed(shop: string, length: number) {
    const client = await around.open(service, 'v1', { query: { shop } });
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop } });
    const { epoch } = await client.nextOf('ready');
    await around.pay(shop, 1, length);
    for (let n = 0; n < length; n++) await client.nextOf('notification');
    return { client, plain, epoch };
  }
  /** The frames after the move, to the next ready. */
  async function afterMove(client: SocketClient) {
    const gone = await client.nextOf('gone');
    const from = client.frames.length;
    const at = client.frames.indexOf(gone);
    await client.nextOf('ready');
    expect(from).to.be.above(0);
    return { gone, kept: client.frames.slice(at + 1) };
  }

  for (const [what, before, after, epochSql] of [
    ['with another epoch', 5, 12, 'gen_random_uuid()'],
    ['with another epoch, and shorter', 9, 2, 'gen_random_uuid()'],
    ['with another epoch, and empty', 5, 0, 'gen_random_uuid()'],
    ['with the same epoch, set back to a lower head', 9, 4, 'epoch'],
  ] as const) {
    it(`is told as gone and given from its beginning: ${what}`, async () => {
      const shop = `log-${what.replaceAll(/[ ,]+/g, '-')}`;
      const { client, plain, epoch } = await followed(shop, before);
      await exchange(shop, after, epochSql);
      const { gone, kept } = await afterMove(client);
      expect(gone).to.include({ oldest: 1, head: after });
      expect(gone.epoch === epoch).to.equal(epochSql === 'epoch');
      expect(kept.map(({ kind, seq, content }) => (kind === 'ready' ? kind : [seq, content]))).to.deep.equal([
        ...upTo(after).map((seq) => [seq, 'other']),
        'ready',
      ]);
      await around.pay(shop, 501, 501);
      expect(await client.nextOf('notification')).to.include({ seq: after + 1, orderId: 501 });
      await eventually(() => expect(plain.frames.at(-1)).to.include({ orderId: 501 }));
      expect(plain.frames, 'a plain client hears what is new only').to.have.length(before + 1);
    });
  }

  it('alerts plain clients of what was stored in it while they were connected', async () => {
    const { plain } = await followed('stored-now', 5);
    await exchange('stored-now', 12, 'gen_random_uuid()', '0');
    await eventually(() => expect(plain.frames).to.have.length(17));
    await around.pay('stored-now', 501, 501);
    await eventually(() => expect(plain.frames.at(-1)).to.include({ orderId: 501 }));
    const orders = plain.frames.map(({ orderId }) => orderId);
    expect(orders).to.deep.equal([...upTo(5), ...upTo(12).map((n) => 1000 + n), 501]);
  });

  it('is noticed at once by the first announcement of it', async () => {
    const slow = await around.serve({ GATEWAY_COMPARE_SECONDS: '3600' });
    await service.stop();
    service = slow;
    const { client } = await followed('noticed', 3);
    await exchange('noticed', 6);
    await around.pay('noticed', 501, 501);
    const { gone, kept } = await afterMove(client);
    expect(gone).to.include({ head: 7 });
    expect(kept.map(({ kind, seq }) => seq ?? kind)).to.deep.equal([...upTo(7), 'ready']);
  });

  it('is told to clients that resume, and settles with a new shop when the shop is taken away', async () => {
    const { client } = await followed('taken', 3);
    await sql("DELETE FROM notifications WHERE shop_id = 'taken'; DELETE FROM shops WHERE id = 'taken'");
    await around.pay('taken', 501, 502);
    const { gone } = await afterMove(client);
    expect(gone.head).to.be.at.most(2);
    await eventually(() => {
      const last = client.frames.filter(({ kind }) => kind === 'notification').slice(-2);
      expect(last.map(({ seq, orderId }) => [seq, orderId])).to.deep.equal([
        [1, 501],
        [2, 502],
      ]);
    });
  });
}).timeout(30_000);
