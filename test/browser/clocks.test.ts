/** A till whose own clock is days off, in either direction: what it shows is by the clock of the service. */

import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { type Till, WITHOUT_CHIME } from './support/till.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const rowsOf = ({ rows }: Till) => rows.locator('time').allTextContents();

async function reloaded(till: Till): Promise<void> {
  await till.page.reload();
  await till.live();
}

describe('a till with a wrong clock', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  function pay(shopId: string, agoMs: Readonly<Record<number, number>>): Promise<void> {
    const { broker } = shopfront.surroundings;
    const messages = Object.entries(agoMs).map(([orderId, ago]) => ({
      key: 'order.paid',
      body: {
        ...{ shopId, orderId: Number(orderId), orderNumber: orderId },
        occurredAt: new Date(Date.now() - ago).toISOString(),
      },
    }));
    return publishAll(broker.connection, broker.names.orders, messages);
  }

  for (const days of [2, -2]) {
    it(`goes by the clock of the service where its own is ${days} days off`, async () => {
      const service = await shopfront.serve();
      const shop = `clock${days}`;
      const right = await shopfront.open(service, { shop, settings: WITHOUT_CHIME });
      await pay(shop, { 77001: 40 * 3_600_000, 77002: 7.5 * MINUTE_MS });
      await right.popUps.filter({ hasText: '77001' }).getByTestId('acknowledge').click();
      await right.popUps.filter({ hasText: '77001' }).waitFor({ state: 'detached' });
      await reloaded(right);

      const till = await shopfront.open(service, {
        ...{ shop, settings: WITHOUT_CHIME, clockOffMs: days * DAY_MS },
      });
      const popUp = till.popUps.filter({ hasText: '77002' });
      await popUp.filter({ hasText: '7 min. ago' }).waitFor();
      expect(await popUp.getAttribute('data-urgency')).to.equal('overdue');
      // The acknowledged one of two days ago is none of today's; and both give the same times.
      expect(await rowsOf(till)).to.have.length(1);
      expect(await rowsOf(till)).to.deep.equal(await rowsOf(right));
      await popUp.getByTestId('acknowledge').click();
      await right.page.getByTestId('none-open').waitFor();
      await Promise.all([till, right].map(reloaded));
      expect(await rowsOf(till), 'today is today').to.deep.equal(await rowsOf(right));

      // What comes over the link, and not with the log.
      await pay(shop, { 77003: 4 * MINUTE_MS });
      const late = till.popUps.filter({ hasText: '77003' });
      await late.filter({ hasText: '4 min. ago' }).waitFor();
      expect(await late.getAttribute('data-urgency')).to.equal('late');
      expect(till.faults).to.deep.equal([]);
    });
  }
});
