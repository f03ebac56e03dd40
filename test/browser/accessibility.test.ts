import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { seriousFaults } from './support/axe.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, post, shoot, type TillOptions, untilReadable } from './support/till.ts';

const LOOKS: { name: string; options: TillOptions }[] = [
  { name: 'en-light', options: { locale: 'en-US', context: { colorScheme: 'light' } } },
  { name: 'zh-dark', options: { locale: 'zh-CN', context: { colorScheme: 'dark' } } },
  { name: 'en-phone', options: { locale: 'en-US', context: { viewport: { width: 360, height: 740 } } } },
  { name: 'zh-phone', options: { locale: 'zh-CN', context: { viewport: { width: 360, height: 740 } } } },
  // Zooming in by half leaves half of the width.
  {
    name: 'en-zoomed',
    options: { locale: 'en-US', context: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
  },
];

describe('the look of the console', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  for (const [index, { name, options }] of LOOKS.entries()) {
    it(`has no serious fault in any state, and no sideways scrolling: ${name}`, async () => {
      const service = await shopfront.serve({
        CONSOLE_ORDER_URL: 'https://pos.example/#/order?id={orderId}',
      });
      const shop = `look-${name}`;
      const till = await shopfront.open(service, {
        ...options,
        shop,
        isClicked: false,
        settings: { undoSeconds: 3 },
      });
      const inspect = async (state: string) => {
        await shoot(till, `${name}-${state}`);
        expect(await seriousFaults(till.page), state).to.deep.equal([]);
        const overflow = await till.page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${state}: pixels that stick out`).to.be.at.most(0);
      };
      await till.page.getByTestId('banner-sound').waitFor();
      await inspect('empty-locked');

      await till.page.getByTestId('unlock').click();
      const id = await payOrder(service.url, `202503061714350000${index}`, shop);
      await till.popUps.first().waitFor();
      await post(service.url, `/orders/${id}/reminders`);
      await till.popUps.nth(1).waitFor();
      const { broker } = shopfront.surroundings;
      const summary = 'Noodles ×2, 酸梅汤 ×3, '.repeat(8);
      await publishAll(broker.connection, broker.names.orders, [
        {
          key: 'order.paid',
          body: { shopId: shop, orderId: 900, orderNumber: '900', summary, amount: 123456 },
        },
      ]);
      await till.popUps.nth(2).waitFor();
      await inspect('order-and-reminder');
      await till.page.getByTestId('history').click();
      await till.rows.first().waitFor();
      await inspect('drawer');
      await till.page.keyboard.press('Escape');

      await shopfront.surroundings.pay(shop, 1, 12);
      await till.page.getByTestId('pop-up-merged').first().waitFor();
      await inspect('burst');

      await untilReadable(till);
      await till.page.getByTestId('acknowledge-all').first().click();
      await till.page.getByRole('alertdialog').waitFor();
      await inspect('confirm');
      await till.page.getByTestId('confirm-yes').click();
      await till.page.getByTestId('undo').waitFor();
      await inspect('undo');
      await till.page.getByTestId('history').click();
      await till.page.locator('[data-testid=alert-row][data-status=acknowledged]').first().waitFor();
      await till.page.getByTestId('search').fill(shop);
      await inspect('found');
      await till.page.keyboard.press('Escape');
      await till.popUps.getByTestId('acknowledge').click();
      await till.page.getByTestId('none-open').waitFor();
      await inspect('list');

      await till.page.getByTestId('settings-open').click();
      await till.page.getByRole('dialog').waitFor();
      await inspect('settings');
      await till.page.keyboard.press('Escape');

      for (const token of ['first', 'second'])
        await till.page.evaluate((hash) => location.assign(hash), `#token=${token}`);
      await till.page.getByRole('alertdialog').waitFor();
      await inspect('token-offer');
      await till.page.keyboard.press('Escape');
      expect(till.faults).to.deep.equal([]);
    });
  }

  it('is used by the keyboard alone', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'keys', isClicked: false });
    await payOrder(service.url, '90001', 'keys');
    await payOrder(service.url, '90002', 'keys');
    await till.popUps.nth(1).waitFor();
    await till.popUps.first().getByRole('button').focus();
    await till.page.keyboard.press('Enter');
    await till.popUps.filter({ hasText: '90001' }).waitFor({ state: 'detached' });
    await till.page.keyboard.press('F2');
    await till.page.getByTestId('none-open').waitFor();
  });
});
