/** The list of the day while something is open: out of the alerts' way until it is asked for. */

import { expect } from 'chai';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { SIZES } from './support/sizes.ts';
import { payOrder, shoot, WITHOUT_CHIME } from './support/till.ts';

describe('the drawer of the day', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  for (const [index, [name, viewport]] of Object.entries(SIZES).entries()) {
    it(`is opened and closed by the keyboard, and gives way to the alerts: ${name}`, async () => {
      const service = await shopfront.serve();
      const shop = name.replace(' ', '-');
      const [first, second] = [`6${index}001`, `6${index}002`] as const;
      const till = await shopfront.open(service, { shop, settings: WITHOUT_CHIME, context: { viewport } });
      const { page, popUps } = till;
      const list = page.getByTestId('list');
      const toggle = page.getByTestId('history');
      expect(await list.isVisible(), 'while nothing is open').to.equal(true);
      expect(await toggle.isVisible(), 'while nothing is open').to.equal(false);

      await payOrder(service.url, first, shop);
      await popUps.first().waitFor();
      await list.waitFor({ state: 'hidden' });
      expect(await toggle.getAttribute('aria-expanded')).to.equal('false');
      expect(await toggle.getAttribute('aria-controls')).to.equal(await list.getAttribute('id'));

      await toggle.focus();
      await page.keyboard.press('Enter');
      await list.waitFor();
      expect(await toggle.getAttribute('aria-expanded')).to.equal('true');
      await shoot(till, `drawer-${shop}`);
      await page.keyboard.press('Tab');
      const isInList = () => list.evaluate((node) => node.contains(document.activeElement));
      expect(await isInList(), 'next to the heading').to.equal(true);

      // Escape belongs to the dialog first.
      await page.getByTestId('settings-open').click();
      await page.keyboard.press('Escape');
      expect(await list.isVisible()).to.equal(true);
      await page.getByTestId('search').focus();
      await page.keyboard.press('Escape');
      await list.waitFor({ state: 'hidden' });
      expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).to.equal(
        'history',
      );

      await toggle.click();
      await list.waitFor();
      const isBeside = await popUps.first().isVisible();
      const { width = 0 } = (await page.locator('.pop-ups').boundingBox()) ?? {};
      if (isBeside) expect(width / viewport.width, 'of the width').to.be.at.least(2 / 3);
      await payOrder(service.url, second, shop);
      await popUps.nth(1).waitFor();
      expect(await list.isVisible(), 'after a new alert').to.equal(isBeside);

      if (isBeside) await toggle.click();
      for (const number of [first, second])
        await popUps.filter({ hasText: number }).getByTestId('acknowledge').click();
      await page.getByTestId('none-open').waitFor();
      expect(await list.isVisible(), 'once nothing is open').to.equal(true);
      expect(till.faults).to.deep.equal([]);
    });
  }
});
