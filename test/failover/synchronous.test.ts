/** A synchronous standby is promoted under load: all that was confirmed is in its log, exactly once. */

import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { createFailingOver, type FailingOver, ordersOf } from '../support/failing-over.ts';
import { post } from '../support/http-client.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { PLAIN } from '../support/surroundings.ts';

const SHOP = 'failing';

describe('a synchronous failover under load', function () {
  this.timeout(60_000);
  let over: FailingOver;
  let v1: SocketClient;
  let plain: SocketClient;
  /** The ids of events that the broker has confirmed, and the orders whose payment was answered with success. */
  const confirmed: string[] = [];
  const paid: number[] = [];
  before(async function () {
    over = await createFailingOver(this, { synchronous: true });
    const { around, postgres, service } = over;
    v1 = await around.open(service, 'v1', { query: { shop: SHOP } });
    plain = await around.open(service, 'plain', { ...PLAIN, query: { shop: SHOP } });
    await v1.nextOf('ready');
    let loading = true;
    const load = Promise.all([upstream(() => loading), customer(() => loading), customer(() => loading)]);
    await eventually(() => expect(Math.min(confirmed.length, paid.length)).to.be.above(20));
    await over.failOver(postgres.primary, over.standby(0));
    const before = { confirmed: confirmed.length, paid: paid.length };
    await eventually(() => {
      expect(confirmed.length).to.be.above(before.confirmed + 20);
      expect(paid.length).to.be.above(before.paid + 5);
    }, 20_000);
    loading = false;
    await load;
  });
  after(() => over?.tearDown());

  /** Publishes one event after the other, each third one twice under the same id. */
  async function upstream(goesOn: () => boolean): Promise<void> {
    const { broker } = over.around;
    for (let orderId = 1_000_000; goesOn(); orderId++) {
      const messageId = randomUUID();
      const body = { shopId: SHOP, orderId, orderNumber: `N-${orderId}` };
      const message = { key: 'order.paid', body, properties: { messageId } };
      const repeated = orderId % 3 === 0 ? [message, message] : [message];
      await publishAll(broker.connection, broker.names.orders, repeated);
      confirmed.push(messageId);
    }
  }

  /** Orders and pays, again until the payment is answered with success. */
  async function customer(goesOn: () => boolean): Promise<void> {
    const { url } = over.service;
    while (goesOn()) {
      const order = await post(url, '/orders', { shopId: SHOP, amount: 100 });
      if (order.status !== 201) continue;
      const { id, number } = order.body.data;
      for (let done = false; goesOn() && !done; ) {
        done = (await post(url, '/payments/notify', { outTradeNo: number })).status === 200;
        if (done) paid.push(Number(id));
      }
    }
  }

  /** The order ids of the log, once it has all that was confirmed. */
  const logged = () =>
    eventually(async () => {
      const standby = over.standby(0);
      const [outbox] = await standby.query<{ count: number }>('SELECT count(*)::int FROM outbox');
      expect(outbox?.count).to.equal(0);
      const rows = await standby.query<{ id: string }>('SELECT event_id AS id FROM notifications');
      const ids = new Set(rows.map(({ id }) => id));
      expect(confirmed.filter((id) => !ids.has(id))).to.deep.equal([]);
      const { orderIds, isContiguous } = await over.logOf(standby, SHOP);
      expect(paid.filter((id) => !orderIds.includes(id))).to.deep.equal([]);
      expect(isContiguous).to.equal(true);
      return orderIds;
    });

  it('keeps each confirmed event and each confirmed payment exactly once', async () => {
    const orderIds = await logged();
    expect(new Set(orderIds).size).to.equal(orderIds.length);
  });

  it('tells v1 clients gone, and then all of it', async () => {
    const orderIds = await logged();
    await eventually(() => {
      const gone = v1.frames.findLastIndex(({ kind }) => kind === 'gone');
      expect(gone).to.be.above(-1);
      expect(ordersOf(v1, gone)).to.deep.equal(orderIds);
    });
  });

  it('tells plain clients each of it once, in order', async () => {
    const orderIds = await logged();
    await eventually(() => expect(ordersOf(plain)).to.deep.equal(orderIds));
  });
});
