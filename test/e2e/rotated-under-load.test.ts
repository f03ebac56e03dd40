/** The log becomes another one again and again while it is written: plain clients miss nothing and get nothing twice. */

import { expect } from 'chai';
import { rotateEpochs } from '../../src/shop-log/rotate-epoch.ts';
import { eventually } from '../support/eventually.ts';
import { upTo } from '../support/fake-log.ts';
import type { SocketClient } from '../support/socket-client.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

const SHOP = 'rotated';
const ROTATIONS = 10;
const BURST = 4;

describe('a log that is rotated under load', () => {
  let around: Surroundings;
  let clients: SocketClient[];
  before(async () => {
    around = await createSurroundings();
    // Two processes, each of which logs some and is told of the rest. Another log is noticed by what is logged in it.
    const env = { GATEWAY_COMPARE_SECONDS: '3600', GATEWAY_PAGE_SIZE: '4', GATEWAY_TAIL_LENGTH: '20' };
    const services = [await around.serve(env), await around.serve(env)];
    clients = await Promise.all(
      services.flatMap((service, index) =>
        ['a', 'b'].map((sid) => around.open(service, `${sid}${index}`, { ...PLAIN, query: { shop: SHOP } })),
      ),
    );
  });
  after(() => around.tearDown());

  const ordersOf = ({ frames }: SocketClient) => frames.map(({ orderId }) => Number(orderId));

  it(`alerts plain clients of each order once and in order, over ${ROTATIONS} rotations`, async () => {
    let paid = 0;
    let loading = true;
    const load = (async () => {
      for (; loading; paid += BURST) await around.pay(SHOP, paid + 1, paid + BURST);
    })();
    for (let rotation = 0; rotation < ROTATIONS; rotation++) {
      const goal = paid + 20;
      await eventually(() => expect(paid).to.be.above(goal));
      await rotateEpochs(around.database.pool, [SHOP]);
    }
    const goal = paid + 20;
    await eventually(() => expect(paid).to.be.above(goal));
    loading = false;
    await load;
    const logged = await eventually(async () => {
      const { rows } = await around.database.pool.query(
        'SELECT order_id FROM notifications WHERE shop_id = $1 ORDER BY seq',
        [SHOP],
      );
      expect(rows).to.have.length(paid);
      return rows.map(({ order_id }) => Number(order_id));
    });
    expect(logged.toSorted((a, b) => a - b)).to.deep.equal(upTo(paid));
    for (const client of clients)
      await eventually(() => expect(ordersOf(client).at(-1)).to.equal(logged.at(-1)));
    for (const client of clients) {
      const got = ordersOf(client);
      expect(
        logged.filter((order) => !got.includes(order)),
        'missed',
      ).to.deep.equal([]);
      expect(got).to.deep.equal(logged);
    }
  });
}).timeout(60_000);
