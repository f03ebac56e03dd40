/** Many alerts cleared by a key: what asks first, and what can be taken back. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { type Till, untilReadable } from './support/till.ts';

describe('clearing alerts by the keyboard', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  const openOn = ({ page }: Till) => page.locator('[data-testid=alert-row][data-status=open]').count();
  const expectOpen = (till: Till, count: number) =>
    eventually(async () => expect(await openOn(till)).to.equal(count));

  it('counts F2 once while it is held down, and not at all behind a dialog', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'held' });
    await shopfront.surroundings.pay('held', 1, 4);
    await expectOpen(till, 4);
    await till.page.keyboard.down('F2');
    for (let repeats = 0; repeats < 5; repeats++) await till.page.keyboard.down('F2');
    await till.page.keyboard.up('F2');
    await expectOpen(till, 3);

    await till.page.getByTestId('settings-open').click();
    for (const key of ['F2', 'Shift+F2']) await till.page.keyboard.press(key);
    await till.page.getByTestId('settings-done').click();
    expect(await openOn(till)).to.equal(3);
    expect(till.faults).to.deep.equal([]);
  });

  it('asks before more than five are cleared, takes them back, and does so after a reload', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'undone' });
    const other = await shopfront.open(service, { shop: 'undone', isClicked: false });
    await shopfront.surroundings.pay('undone', 1, 12);
    await expectOpen(till, 12);
    const dialog = till.page.getByTestId('confirm-all');
    const ask = async () => {
      await untilReadable(till);
      await till.page.keyboard.press('Shift+F2');
      expect(await dialog.innerText()).to.include('Acknowledge all 12 alerts?');
    };
    await ask();
    await till.page.keyboard.press('Escape');
    expect(await openOn(till)).to.equal(12);

    await ask();
    await till.page.getByTestId('confirm-yes').click();
    expect(await till.page.getByTestId('undo-words').innerText()).to.equal('12 alerts acknowledged');
    await till.page.reload();
    await till.live();
    expect(await openOn(till)).to.equal(0);
    await till.page.getByTestId('undo').click();
    await expectOpen(till, 12);

    await ask();
    await till.page.getByTestId('confirm-yes').click();
    expect(await openOn(other), 'nothing was sent').to.equal(12);
    await till.page.getByTestId('undo').waitFor({ state: 'hidden', timeout: 15_000 });
    await expectOpen(other, 0);
    expect(till.faults).to.deep.equal([]);
  });
});
