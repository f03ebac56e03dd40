/**
 * A standby that has not got all is promoted under load. What it was not sent is gone with the old primary; clients miss
 * nothing of what the new log holds.
 */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createFailingOver, type FailingOver, ordersOf } from '../support/failing-over.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { PLAIN } from '../support/surroundings.ts';

const SHOP = 'failing';

describe('an asynchronous failover under load', function () {
  this.timeout(60_000);
  let over: FailingOver;
  let v1: SocketClient;
  let plain: SocketClient;
  let epochBefore: string;
  /** The order ids of the new log, and the last of them. */
  let logged: number[];
  let last: number;
  before(async function () {
    over = await createFailingOver(this);
    const { around, postgres, service } = over;
    const standby = over.standby(0);
    v1 = await around.open(service, 'v1', { query: { shop: SHOP } });
    plain = await around.open(service, 'plain', { ...PLAIN, query: { shop: SHOP } });
    epochBefore = (await v1.nextOf('ready')).epoch;

    await around.pay(SHOP, 1, 20);
    await eventually(() => expect(ordersOf(plain)).to.include(20));
    await postgres.caughtUp(standby, postgres.primary);
    standby.link?.cut();
    await around.pay(SHOP, 101, 130);
    await eventually(() => expect(ordersOf(plain)).to.include(130));
    last = await underLoad(() => over.failOver(postgres.primary, standby));
    logged = await eventually(async () => {
      const log = await over.logOf(standby, SHOP);
      expect(log.orderIds).to.include(last);
      expect(log.isContiguous).to.equal(true);
      return log.orderIds;
    });
    expect(logged.slice(0, 20)).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(logged, 'the standby did not have this').to.not.include(101);
  });
  after(() => over?.tearDown());

  /** One event after the other before, during and after `work`; resolves with the last one's order. */
  async function underLoad(work: () => Promise<void>): Promise<number> {
    let next = 1_000;
    let loading = true;
    const load = (async () => {
      while (loading) await over.around.pay(SHOP, ++next, next);
    })();
    await work();
    const promotedAt = next;
    await eventually(() => expect(next).to.be.above(promotedAt + 20));
    loading = false;
    await load;
    return next;
  }

  it('tells v1 clients gone, once, and then all that the new log holds', async () => {
    const gone = await v1.nextOf('gone', 10_000);
    expect(gone.epoch).to.not.equal(epochBefore);
    const from = v1.frames.indexOf(gone);
    await eventually(() => expect(ordersOf(v1, from)).to.deep.equal(logged));
    expect(v1.frames.filter(({ kind }) => kind === 'gone')).to.have.length(1);
  });

  it('alerts plain clients of all that the new log holds, once each and in its order', async () => {
    await eventually(() => expect(ordersOf(plain)).to.include(last));
    const orders = ordersOf(plain);
    expect(orders.filter((order) => logged.includes(order))).to.deep.equal(logged);
    expect(new Set(orders).size, 'what the old log alone held is published once, too').to.equal(
      orders.length,
    );
  });
});
