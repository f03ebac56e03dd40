import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder } from './support/till.ts';

const readme = readFileSync(new URL('../../src/client/README.md', import.meta.url), 'utf8');

/** The lines as a reader copies them. */
const LINES = /```html\n(<script type="module">.*?)```/s.exec(readme)?.[1] ?? '';

describe('a page of another site that has the lines of the README', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  let site: Server;
  let bellUrl = '';

  before(async () => {
    shopfront = await createShopfront();
    site = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><body>${LINES.replaceAll('https://bell.example', bellUrl)}`);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    site.close();
    await shopfront.tearDown();
  });

  const isLive = (page: Page) => eventually(async () => expect(await page.title()).to.equal('live'));
  const shows = (page: Page, numbers: string[]) =>
    eventually(async () =>
      expect(await page.locator('button').allInnerTexts()).to.deep.equal(
        numbers.map((number) => `订单号： ${number}`),
      ),
    );

  async function open(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await isLive(page);
    return page;
  }

  it('has in each of two tabs what is open, also after a reload, until either acknowledges it', async () => {
    const service = await shopfront.serve();
    bellUrl = service.url;
    const context = await shopfront.browser.newContext();
    const [one, other] = [await open(context), await open(context)];
    await payOrder(service.url, '50001');
    await payOrder(service.url, '50002');
    await Promise.all([shows(one, ['50001', '50002']), shows(other, ['50001', '50002'])]);

    await one.goto('about:blank');
    await payOrder(service.url, '50003');
    await shows(other, ['50001', '50002', '50003']);
    await other.getByText('50002').click();
    await shows(other, ['50001', '50003']);
    await one.goBack();
    await isLive(one);
    await shows(one, ['50001', '50003']);
    await one.getByText('50001').click();
    await Promise.all([shows(one, ['50003']), shows(other, ['50003'])]);
  });

  it('says that another page took its place', async () => {
    const service = await shopfront.serve();
    bellUrl = service.url;
    const page = await open(await shopfront.browser.newContext());
    const sid = await page.evaluate(() => String(sessionStorage.till));
    await shopfront.surroundings.open(service, sid);
    await eventually(async () => expect(await page.title()).to.equal('Closed: replaced'));
  });
});
