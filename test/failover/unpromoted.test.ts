/** The service is led to a standby that is not promoted yet: Postgres is away until it is. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createFailingOver, type FailingOver, ordersOf } from '../support/failing-over.ts';
import { ask, post } from '../support/http-client.ts';
import { PLAIN } from '../support/surroundings.ts';

const SHOP = 'patient';

describe('a standby that is not promoted yet', function () {
  this.timeout(60_000);
  let over: FailingOver;
  before(async function () {
    over = await createFailingOver(this);
  });
  after(() => over?.tearDown());

  it('is not ready, answers 503 with when to come back, and the service recovers at its promotion', async () => {
    const { around, postgres, service } = over;
    const standby = over.standby(0);
    const client = await around.open(service, 'till', { query: { shop: SHOP } });
    await client.nextOf('ready');
    const plain = await around.open(service, 'plain', { ...PLAIN, query: { shop: SHOP } });
    await around.pay(SHOP, 1, 3);
    for (const seq of [1, 2, 3]) expect(await client.nextOf('notification')).to.include({ seq });
    await postgres.caughtUp(standby, postgres.primary);

    await postgres.primary.kill();
    postgres.leadTo(standby);
    await eventually(async () => {
      const ready = await ask(service.url, '/readyz');
      expect([ready.status, ready.body.data?.postgres]).to.deep.equal([503, 'down']);
    });
    const paths = [`/shops/${SHOP}/notifications`, '/shops/never-heard-of/notifications'];
    const answers = [
      ...(await Promise.all(paths.map((path) => ask(service.url, path)))),
      await post(service.url, '/orders', { shopId: SHOP, amount: 1 }),
      await post(service.url, '/payments/notify', { outTradeNo: 'none' }),
    ];
    for (const { status, headers, body } of answers) {
      expect([status, body.reason]).to.deep.equal([503, 'unavailable']);
      expect(headers['retry-after']).to.equal('2');
    }
    expect((await ask(service.url, '/healthz')).status, 'it is alive').to.equal(200);
    await around.pay(SHOP, 4, 6);

    await standby.promote();
    await eventually(async () => expect((await ask(service.url, '/readyz')).status).to.equal(200));
    await eventually(async () => {
      const { orderIds } = await over.logOf(standby, SHOP);
      expect(orderIds).to.deep.equal([1, 2, 3, 4, 5, 6]);
    });
    const page = await ask(service.url, `/shops/${SHOP}/notifications`);
    expect([page.status, page.body.data.head]).to.deep.equal([200, 6]);
    await client.nextOf('gone', 10_000);
    for (const seq of [1, 2, 3, 4, 5, 6]) expect(await client.nextOf('notification')).to.include({ seq });
    await eventually(() => expect(ordersOf(plain)).to.deep.equal([1, 2, 3, 4, 5, 6]));
  });
});
