/** The order itself on its alert: what was ordered, for how much, and the way to it. */

import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { ask } from '../support/http-client.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { shoot, type Till, untilReadable, WITHOUT_CHIME } from './support/till.ts';

const ORDER_URL = 'https://pos.example/#/order?id={orderId}&shop={shopId}';
const MARKUP = '<img src=x onerror="document.title=1"> ×2, <b>soup</b>';

describe('the order on its alert', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  function publish(key: string, body: object): Promise<void> {
    const { broker } = shopfront.surroundings;
    return publishAll(broker.connection, broker.names.orders, [{ key, body }]);
  }

  /** Resolves with the address of the page that the link opens, and whether that page has a way back. */
  async function follow(till: Till, press: () => Promise<void>): Promise<{ url: string; opener: boolean }> {
    await till.context.route('https://pos.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>order</title>' }),
    );
    const [opened] = await Promise.all([till.context.waitForEvent('page'), press()]);
    await opened.waitForLoadState();
    const seen = { url: opened.url(), opener: await opened.evaluate(() => window.opener !== null) };
    await opened.close();
    return seen;
  }

  const WORDS = { 'en-US': 'View order', 'zh-CN': '查看订单' };
  for (const locale of ['en-US', 'zh-CN'] as const) {
    it(`shows summary and amount as text, on cards, rows and a reminder's card, and leads to the order: ${locale}`, async () => {
      const service = await shopfront.serve({ CONSOLE_ORDER_URL: ORDER_URL });
      const shop = `details-${locale}`;
      const till = await shopfront.open(service, { shop, locale, settings: WITHOUT_CHIME });
      const order = { shopId: shop, orderId: 70001, orderNumber: 'A-70001' };
      await publish('order.paid', { ...order, summary: MARKUP, amount: 123456 });
      await till.popUps.first().waitFor();
      await publish('order.reminded', { shopId: shop, orderId: 70001 });
      await till.popUps.nth(1).waitFor();
      await till.page.getByTestId('history').click();
      for (const part of [till.popUps.first(), till.popUps.nth(1), till.rows.first(), till.rows.nth(1)]) {
        expect(await part.getByTestId('summary').innerText()).to.equal(MARKUP);
        expect(await part.getByTestId('amount').innerText()).to.equal('¥1,234.56');
        expect(await part.getByTestId('order-link').innerText()).to.equal(WORDS[locale]);
        const link = part.getByTestId('order-link');
        expect(await link.getAttribute('aria-label')).to.include(`${WORDS[locale]} A-70001`);
        // Nothing covers it, and a press leads there and acknowledges nothing.
        const { url, opener } = await follow(till, () => link.click());
        expect(url).to.equal(`https://pos.example/#/order?id=70001&shop=${shop}`);
        expect(opener).to.equal(false);
      }
      expect(await till.popUps.count()).to.equal(2);
      expect(await till.page.locator('img').count(), 'markup').to.equal(0);
      await shoot(till, `details-${locale}`);
      expect(till.faults).to.deep.equal([]);
    });
  }

  it('keeps a long summary within its card and row, and within a line where alerts are merged', async () => {
    const service = await shopfront.serve({ CONSOLE_ORDER_URL: ORDER_URL });
    const shop = 'long';
    const till = await shopfront.open(service, {
      shop,
      settings: WITHOUT_CHIME,
      context: { viewport: { width: 360, height: 740 } },
    });
    const long = (orderId: number) =>
      publish('order.paid', {
        ...{ shopId: shop, orderId, orderNumber: `L-${orderId}` },
        ...{ summary: '酸'.repeat(200), amount: 1 },
      });
    await long(1);
    const card = till.popUps.first();
    await card.waitFor();
    const lines = (part: typeof card) =>
      part.getByTestId('summary').evaluate((node) => {
        const { height } = node.getBoundingClientRect();
        return Math.round(height / Number.parseFloat(getComputedStyle(node).lineHeight));
      });
    expect(await lines(card)).to.equal(3);
    expect(await card.getByTestId('summary').getAttribute('title')).to.have.length(200);
    expect(await card.getByTestId('amount').innerText()).to.equal('¥0.01');
    for (const orderId of [2, 3, 4, 5, 6, 7]) await long(orderId);
    const line = till.page.getByTestId('pop-up-line').nth(6);
    await line.waitFor();
    const { height = 0 } = (await line.boundingBox()) ?? {};
    expect(height).to.be.below(120);
    const button = await line.getByRole('button').boundingBox();
    for (const part of ['amount', 'summary', 'order-link']) {
      const { x = 0, width = 0 } = (await line.getByTestId(part).boundingBox()) ?? {};
      expect(width, part).to.be.above(0);
      expect(x + width, `${part} ends before the button`).to.be.at.most(button?.x ?? 0);
    }
    expect(await lines(line)).to.equal(1);
    await shoot(till, 'long-merged');
    const { url } = await follow(till, () => line.getByTestId('order-link').click());
    expect(url).to.include('id=7&');
    const overflow = () =>
      till.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).to.be.at.most(0);
    await untilReadable(till);
    await till.page.getByTestId('history').click();
    expect(await lines(till.rows.first())).to.equal(2);
    expect(await overflow()).to.be.at.most(0);
  });

  it('leads nowhere where no address is configured, and the page’s policy is as strict as before', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'nowhere', settings: WITHOUT_CHIME });
    await publish('order.paid', { shopId: 'nowhere', orderId: 1, orderNumber: 'N-1' });
    await till.popUps.first().waitFor();
    expect(await till.popUps.getByTestId('order-link').isVisible()).to.equal(false);
    const { headers } = await ask(service.url, '/');
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) {
      expect(policy).to.include(rule);
    }
  });
});
