/** A till without sound: it shows whether another till of the shop has it. */

import { expect } from 'chai';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { shoot } from './support/till.ts';

describe('a till that makes no sound', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  it('shows whether another one of its shop does, and one that sounds shows nothing', async () => {
    const service = await shopfront.serve();
    const counter = await shopfront.open(service, { shop: 'others' });
    const kitchen = await shopfront.open(service, {
      ...{ shop: 'others', isClicked: false, locale: 'zh-CN' },
      context: { viewport: { width: 390, height: 844 } },
    });
    const pill = kitchen.page.getByTestId('others');
    await pill.filter({ hasText: '其他设备有声音' }).waitFor();
    await shoot(kitchen, 'others-zh-phone');
    expect(await counter.page.getByTestId('others').isVisible()).to.equal(false);

    await counter.context.close();
    await kitchen.page.reload();
    await kitchen.live();
    await pill.filter({ hasText: '本店没有设备能发声' }).waitFor();
    await shoot(kitchen, 'none-sounds-zh-phone');
    await kitchen.page.getByTestId('unlock').click();
    await pill.waitFor({ state: 'hidden' });
    expect(kitchen.faults).to.deep.equal([]);
  });
});
