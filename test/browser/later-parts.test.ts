/** What the console loads on demand: after it is live, once more where that failed, and from what the browser keeps. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { seriousFaults } from './support/axe.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, shoot, type Till, WITHOUT_CHIME } from './support/till.ts';

const PARTS = '**/console/part-*';

describe('the parts of the console that are loaded on demand', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  it('come once the page is live, without a press', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'idle', settings: WITHOUT_CHIME });
    await eventually(async () => {
      const { parts, atOnce } = await partsOf(till.page);
      expect(parts.length, 'in all').to.be.above(atOnce);
    });
    await till.page.getByTestId('settings-open').click();
    expect(await till.page.getByTestId('settings').isVisible()).to.equal(true);
    expect(till.faults).to.deep.equal([]);
  });

  for (const [locale, number, words, again] of [
    ['en-US', '20001', 'A part of this page could not be loaded', 'Try again'],
    ['zh-CN', '20002', '此页面有一部分未能加载', '重试'],
  ] as const) {
    it(`are said to be missing where they are, and come at another try, and the alerts go on: ${locale}`, async () => {
      const service = await shopfront.serve();
      const till = await openWithoutParts(service, locale.toLowerCase(), locale);
      const { page } = till;
      const banner = page.getByTestId('banner-part');
      expect(await banner.count(), 'before anything was asked').to.equal(0);
      await page.getByTestId('settings-open').click();
      await banner.getByText(words).waitFor();
      expect(await page.getByTestId('settings').count()).to.equal(0);
      await payOrder(service.url, number, locale.toLowerCase());
      await till.popUps.first().waitFor();
      expect(await seriousFaults(page)).to.deep.equal([]);
      await shoot(till, `part-missing-${locale}`);
      await page.unroute(PARTS);
      await banner.getByRole('button', { name: again }).click();
      await page.getByTestId('settings').waitFor();
      expect(await banner.count()).to.equal(0);
      expect(till.faults).to.deep.equal([]);
    });
  }

  it('are there while the service is away', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'kept', settings: WITHOUT_CHIME });
    await eventually(async () => {
      const kept = await till.page.evaluate(async () => {
        const { active } = (await navigator.serviceWorker.getRegistration()) ?? {};
        return [active?.state, (await caches.keys()).length];
      });
      expect(kept).to.deep.equal(['activated', 1]);
    });
    await service.stop();
    await till.page.reload();
    await till.page.getByTestId('settings-open').click();
    await till.page.getByTestId('settings').waitFor();
    expect(till.faults).to.deep.equal([]);
  });

  /** The parts on demand do not come, as if the network had just gone; those that the page names itself do. */
  async function openWithoutParts(service: Service, shop: string, locale: string): Promise<Till> {
    const html = await (await fetch(service.url)).text();
    return shopfront.open(service, {
      ...{ shop, locale, settings: WITHOUT_CHIME },
      context: { serviceWorkers: 'block' },
      async prepare(page) {
        await page.route(PARTS, (route) => {
          const { pathname } = new URL(route.request().url());
          return html.includes(pathname.slice(1)) ? route.continue() : route.abort();
        });
      },
    });
  }
});

/** The scripts in parts that the page has loaded, and how many of them it names itself. */
function partsOf(page: Page): Promise<{ parts: string[]; atOnce: number }> {
  return page.evaluate(() => ({
    parts: performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => /\/console\/part-[^/]*\.js$/.test(name)),
    atOnce: document.querySelectorAll('link[rel=modulepreload]').length,
  }));
}
