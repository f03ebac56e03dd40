import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder } from './support/till.ts';

describe('a page of another site that embeds the client', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  let site: Server;
  let bellUrl = '';

  before(async () => {
    shopfront = await createShopfront();
    site = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><ul></ul><script type="module">
        import { connect } from '${bellUrl}/client.js';
        const bell = connect({ url: '${bellUrl}', sid: 'page', shop: 'embedded' });
        bell.on('notification', ({ seq, content }) => {
          const item = document.createElement('li');
          item.textContent = content;
          document.querySelector('ul').append(item);
          bell.ack(seq);
        });
        bell.on('state', ({ name }) => { document.title = name; });
      </script>`);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    site.close();
    await shopfront.tearDown();
  });

  it('gets the alerts, acknowledges them, and resumes after a reload', async () => {
    const service = await shopfront.serve();
    bellUrl = service.url;
    const { port } = site.address() as AddressInfo;
    const page = await shopfront.browser.newPage();
    const address = `http://127.0.0.1:${port}/`;
    await page.goto(address);
    await eventually(async () => expect(await page.title()).to.equal('live'));
    await payOrder(service.url, '50001', 'embedded');
    await page.getByText('订单号： 50001').waitFor();

    await page.goto('about:blank');
    await payOrder(service.url, '50002', 'embedded');
    await page.goto(address);
    await page.getByText('订单号： 50002').waitFor();
    expect(await page.locator('li').allInnerTexts()).to.deep.equal(['订单号： 50002']);
  });
});
