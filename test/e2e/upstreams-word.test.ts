/** `order.accepted` and `order.cancelled`: what the shop has dealt with elsewhere. */

import { expect } from 'chai';
import { type Json, readContract } from '../support/contract.ts';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

const POLICY = JSON.stringify({
  steps: [{ afterSeconds: 1, when: 'unacknowledged', targets: ['owner'] }],
  expireAfterSeconds: 60,
});
const TARGETS = JSON.stringify({
  owner: {
    kind: 'webhook',
    url: 'http://127.0.0.1:9/',
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  },
});

describe("upstream's word", () => {
  let around: Surroundings;
  let service: Service;
  let other: Service;
  before(async () => {
    around = await createSurroundings();
    const env = { GATEWAY_COMPARE_SECONDS: '3600' };
    service = await around.serve(env);
    other = await around.serve(env);
  });
  after(() => around.tearDown());

  const publish = (...messages: { key: string; body: object }[]) =>
    publishAll(around.broker.connection, around.broker.names.orders, messages);
  const paid = (shopId: string, orderId: number) => ({
    key: 'order.paid',
    body: { shopId, orderId, orderNumber: `N-${orderId}`, occurredAt: '2025-03-06T12:00:00Z' },
  });
  const reminded = (shopId: string, orderId: number) => ({
    key: 'order.reminded',
    body: { shopId, orderId, occurredAt: '2025-03-06T12:01:00Z' },
  });
  const word = (key: 'order.accepted' | 'order.cancelled', shopId: string, orderId: number) => ({
    key,
    body: { shopId, orderId, occurredAt: '2025-03-06T12:02:00Z' },
  });
  const receiptsOf = ({ frames }: SocketClient) => frames.filter(({ kind }) => kind === 'receipt');
  const logOf = async (shop: string, at = service): Promise<Json[]> =>
    (await ask(at.url, `/shops/${shop}/notifications`)).body.data.notifications;

  it('reaches every till at both gateways, as receipts without a session that say why', async () => {
    const tills = await Promise.all([
      around.open(service, 'till-1', { query: { shop: 'a' } }),
      around.open(other, 'till-2', { query: { shop: 'a' } }),
    ]);
    for (const till of tills) await till.nextOf('ready');
    await publish(paid('a', 1), paid('a', 2), reminded('a', 1));
    for (const till of tills) {
      await eventually(() =>
        expect(till.frames.filter(({ kind }) => kind === 'notification')).to.have.length(3),
      );
    }
    await publish(word('order.accepted', 'a', 1), word('order.cancelled', 'a', 2));
    for (const till of tills) {
      await eventually(() => expect(receiptsOf(till)).to.have.length(3));
      expect(receiptsOf(till).map(({ n }) => n)).to.deep.equal([1, 2, 3]);
      const orderOf = (seq: number) =>
        till.frames.find((frame) => frame.kind === 'notification' && frame.seq === seq)?.orderId;
      const reasons = receiptsOf(till).map(({ seq, sid, reason }) => `${orderOf(seq)} ${sid} ${reason}`);
      expect(reasons).to.have.members(['1 null accepted', '1 null accepted', '2 null cancelled']);
    }
    const contract = readContract((await ask(service.url, '/asyncapi.json')).body);
    for (const frame of tills.flatMap(({ frames }) => frames)) {
      const place = ['components', 'messages', frame.kind, 'payload'];
      expect(contract.faults(place, frame), JSON.stringify(frame)).to.deep.equal([]);
    }
  });

  it('stands in the log and in what is replayed: nothing of it is open', async () => {
    await publish(paid('b', 1), word('order.accepted', 'b', 1));
    await eventually(async () =>
      expect((await logOf('b'))[0]).to.include({ ackedBy: null, reason: 'accepted' }),
    );
    const late = await around.open(service, 'till-1', { query: { shop: 'b', since: 0 } });
    const notification = await late.nextOf('notification');
    expect(notification).to.include({ seq: 1, ackedBy: null, reason: 'accepted' });
    expect(Date.parse(notification.ackedAt)).to.be.greaterThan(0);
  });

  it('ends the same in every order, also when each comes again', async () => {
    const steps = [
      paid,
      reminded,
      ...(['order.accepted', 'order.cancelled'] as const).map(
        (key) => (shop: string, id: number) => word(key, shop, id),
      ),
    ];
    const orders = permutations(steps);
    expect(orders).to.have.length(24);
    const messages = orders.flatMap((order, index) => order.map((make) => make(`every-${index}`, index + 1)));
    await publish(...messages);
    await publish(...messages);
    const expectClosed = async (index: number) => {
      const log = await logOf(`every-${index}`);
      expect(log.map(({ type }) => type)).to.have.members([1, 2]);
      for (const entry of log) expect(entry.ackedAt, JSON.stringify(entry)).to.be.a('string');
    };
    for (const [index] of orders.entries()) await eventually(() => expectClosed(index), 20_000);
    const { rows } = await around.database.pool.query(
      `SELECT FROM bell_outbox UNION ALL SELECT FROM receipts WHERE shop_id LIKE 'every-%'`,
    );
    expect(rows.length).to.be.at.least(48);
    expect((await around.database.pool.query('SELECT FROM escalations')).rows).to.have.length(0);
  }).timeout(60_000);

  it('is kept over a restart until its payment comes, whose alert never counts as open', async () => {
    await publish(word('order.accepted', 'restart', 1));
    await eventually(async () => {
      const { rows } = await around.database.pool.query(
        `SELECT FROM early_resolutions WHERE shop_id = 'restart'`,
      );
      expect(rows).to.have.length(1);
    });
    await around.clear();
    service = await around.serve();
    other = await around.serve();
    const till = await around.open(service, 'till-1', { query: { shop: 'restart' } });
    const away = await around.open(other, 'till-2', { query: { shop: 'restart' } });
    for (const client of [till, away]) await client.nextOf('ready');
    await publish(paid('restart', 1));
    for (const client of [till, away]) {
      expect(await client.nextOf('notification')).to.include({ seq: 1, ackedBy: null, reason: 'accepted' });
      expect(await client.nextOf('receipt')).to.include({ n: 1, seq: 1, sid: null, reason: 'accepted' });
    }
  });

  it('lets an old front end whose staff accept elsewhere never escalate', async () => {
    await around.clear();
    service = await around.serve({
      ESCALATION_POLICY: POLICY,
      ESCALATION_TARGETS: TARGETS,
      ESCALATION_ALLOW_PRIVATE_TARGETS: 'true',
    });
    const page = await around.open(service, 'till-1', { ...PLAIN, query: { shop: 'old' } });
    const ids = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const id of ids) {
      await publish(
        ...(id % 2
          ? [paid('old', id), word('order.accepted', 'old', id)]
          : [word('order.accepted', 'old', id), paid('old', id)]),
      );
    }
    await publish(paid('old', 99));
    await eventually(() => expect(page.frames).to.have.length(21));
    expect(page.frames[0]).to.have.all.keys('type', 'orderId', 'content');
    // The one that was not accepted shows that the escalator is at work.
    await eventually(async () => {
      const { rows } = await around.database.pool.query(
        `SELECT n.order_id::int AS id FROM escalation_steps s JOIN notifications n USING (shop_id, seq) WHERE shop_id = 'old'`,
      );
      expect(rows).to.deep.equal([{ id: 99 }]);
    }, 20_000);
  }).timeout(60_000);
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}
