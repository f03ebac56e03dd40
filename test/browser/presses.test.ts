/** Where a finger is when the next alert comes: what it presses, at the sizes of what hangs in kitchens. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { SIZES } from './support/sizes.ts';
import { payOrder, post, shoot, WITHOUT_CHIME } from './support/till.ts';

/** Presses the button for all in the very turn in which it moves to where the cards were that are merged. */
function pressAllAsItMoves(page: Page): Promise<void> {
  return page.evaluate(() => {
    new MutationObserver((_, observer) => {
      const all = document.querySelector('.stack:not(:has(.leaving)) [data-testid=acknowledge-all]');
      if (all === null) return;
      observer.disconnect();
      const { x, y, width, height } = all.getBoundingClientRect();
      const target = document.elementFromPoint(x + width / 2, y + height / 2);
      target?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      document.body.dataset.pressed = 'true';
    }).observe(document.body, { subtree: true, childList: true });
  });
}

describe('presses on moving sheets', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  for (const [index, [name, viewport]] of Object.entries(SIZES).entries()) {
    it(`acknowledge what was under the finger, whatever comes: ${name}`, async () => {
      const service = await shopfront.serve();
      const shop = name.replace(' ', '-');
      const till = await shopfront.open(service, {
        shop,
        isClicked: false,
        settings: WITHOUT_CHIME,
        context: { viewport, hasTouch: true },
      });
      await payOrder(service.url, `${index}0001`, shop);
      const first = till.popUps.filter({ hasText: `${index}0001` }).getByTestId('acknowledge');
      await till.popUps
        .first()
        .evaluate((card) => Promise.all(card.getAnimations().map((one) => one.finished)));
      const before = await first.boundingBox();
      await payOrder(service.url, `${index}0002`, shop);
      await payOrder(service.url, `${index}0003`, shop);
      await till.popUps.nth(2).waitFor();
      expect(await first.boundingBox()).to.deep.equal(before);
      await shoot(till, `presses-${shop}`);

      // The sixth merges them all into one card, whose button is for all.
      await pressAllAsItMoves(till.page);
      await shopfront.surroundings.pay(shop, 4, 6);
      await till.page.locator('body[data-pressed]').waitFor();
      await eventually(async () => expect(await till.rows.count()).to.equal(6));
      expect(await till.page.locator('[data-testid=alert-row]:not([data-status=open])').count()).to.equal(0);
      expect(till.faults).to.deep.equal([]);
    });
  }

  it('leave room for what is found while one types, on a phone, and come again with a new alert', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, {
      shop: 'room',
      isClicked: false,
      context: { viewport: SIZES.phone },
    });
    await payOrder(service.url, '80001', 'room');
    await payOrder(service.url, '80002', 'room');
    await till.popUps.nth(1).waitFor();
    await till.page.getByTestId('history').click();
    const search = till.page.getByTestId('search');
    await search.fill('80001');
    await till.popUps.first().waitFor({ state: 'hidden' });
    expect(await till.rows.allInnerTexts()).to.have.length(1);
    // Playwright presses only what it can see and what nothing covers.
    await till.rows.getByRole('button', { name: 'Acknowledge' }).click({ trial: true });
    await shoot(till, 'searching-phone');
    await payOrder(service.url, '80004', 'room');
    await till.page.getByTestId('open-count').filter({ hasText: '3' }).waitFor();
    expect(await till.popUps.first().isVisible(), 'while one types').to.equal(false);
    await till.page.keyboard.press('Escape');
    await till.popUps.first().waitFor();
    expect(await search.inputValue()).to.equal('');

    await till.page.getByTestId('history').click();
    await till.popUps.first().waitFor({ state: 'hidden' });
    await payOrder(service.url, '80003', 'room');
    await till.popUps.nth(3).waitFor();
  });

  it('names a reminder by its order wherever it is named', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'named', settings: WITHOUT_CHIME });
    const id = await payOrder(service.url, '2025030617143500002', 'named');
    await till.says(['New order, ending in 0 0 0 2']);
    await post(service.url, `/orders/${id}/reminders`);
    await till.says([
      'New order, ending in 0 0 0 2',
      'A customer is asking about the order ending in 0 0 0 2',
    ]);
    await till.page.getByTestId('history').click();
    const buttons = till.page.getByRole('button', { name: 'Acknowledge: Reminder 2025030617143500002' });
    expect(await buttons.count()).to.equal(2);
    const announced = till.page.getByTestId('announcer');
    await eventually(async () =>
      expect(await announced.innerText()).to.equal('Reminder 2025030617143500002'),
    );
  });
});
