/** A console that stays open while the service is upgraded to a version with one more kind of event. */

import { expect } from 'chai';
import { upgrade } from '../support/later-version.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, WITHOUT_CHIME } from './support/till.ts';

describe('the console, open while a later version comes', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  after(() => shopfront.tearDown());

  it('shows and speaks an alert of a kind that it does not know, and all others, also after a reload', async () => {
    const service = await shopfront.serve({ GATEWAY_COMPARE_SECONDS: '1' });
    const later = await upgrade(shopfront.surroundings);
    const till = await shopfront.open(service, { shop: 'later', settings: WITHOUT_CHIME });
    await later.log('later', 'Cancelled by the customer');
    await till.popUps.first().waitFor();
    expect(await till.popUps.first().innerText())
      .to.include('Alert')
      .and.to.include('Cancelled by the customer');
    await till.says(['New alert: Cancelled by the customer']);
    await payOrder(service.url, '2025030617143500001', 'later');
    await till.popUps.nth(1).waitFor();

    await till.page.reload();
    await till.live();
    expect(await till.popUps.count()).to.equal(2);
    await till.popUps.first().getByTestId('acknowledge').click();
    await till.popUps.nth(1).waitFor({ state: 'detached' });
    expect(await till.popUps.first().textContent()).to.include('2025030617143500001');
    expect(await till.rows.count()).to.equal(2);
    expect(till.faults).to.deep.equal([]);
  });
});
