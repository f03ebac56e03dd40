/** The picture of the console in README.md: `UPDATE_PICTURE=true npx mocha test/browser/picture.test.ts` makes it anew. */

import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, post, type Till, WITHOUT_CHIME } from './support/till.ts';

const picture = fileURLToPath(new URL('../../src/console/screenshot.png', import.meta.url));

const TEMPLATES = {
  NOTIFICATION_TEMPLATES_PAID: 'Order {orderNumber}',
  NOTIFICATION_TEMPLATES_REMINDED: 'Order {orderId}: where is it?',
};

describe('the picture of the console', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  async function acknowledgeFirst(till: Till): Promise<void> {
    const open = await till.popUps.count();
    await till.page.keyboard.press('F2');
    await till.popUps.nth(open - 1).waitFor({ state: 'detached' });
  }

  it('shows open alerts above those that were acknowledged', async () => {
    const service = await shopfront.serve(TEMPLATES);
    const till = await shopfront.open(service, {
      settings: { ...WITHOUT_CHIME, till: 'counter' },
      context: { viewport: { width: 1100, height: 640 } },
    });
    for (const last of [1, 2, 3]) {
      await payOrder(service.url, `202611271130000000${last}`);
      await till.popUps.first().waitFor();
      await acknowledgeFirst(till);
    }
    const id = await payOrder(service.url, '2026112711300000004');
    await till.popUps.first().waitFor();
    await post(service.url, `/orders/${id}/reminders`);
    await till.popUps.nth(1).waitFor();
    expect(await till.popUps.count()).to.equal(2);
    expect(await till.rows.count()).to.equal(5);
    if (process.env.UPDATE_PICTURE) await till.page.screenshot({ path: picture, animations: 'disabled' });
    expect(till.faults).to.deep.equal([]);
  });
});
