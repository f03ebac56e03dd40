/** A page in the manner of the old front end, on another site, before and after it gets the script tag. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, post } from './support/till.ts';

/** It sends nothing, reads three fields, takes each frame for an alert, and does nothing about a close. */
const OLD_SCRIPT = `
  const list = document.querySelector('ul');
  const socket = new WebSocket(socketUrl + '/ws/' + Math.random().toString(36).substr(2));
  socket.onopen = function () { document.title = 'open'; };
  socket.onmessage = function (msg) {
    const { type, orderId, content } = JSON.parse(msg.data);
    const item = document.createElement('li');
    item.innerHTML = (type === 1 ? '待接单' : '催单') + ' ' + orderId + ' ' + content;
    list.appendChild(item);
  };
  socket.onclose = function () { document.title = 'closed'; };
  socket.onerror = function () { document.title = 'error'; };
`;

describe('an old front end', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  let site: Server;
  let bellUrl = '';

  before(async () => {
    shopfront = await createShopfront();
    site = createServer(({ url }, response) => {
      const tag = url === '/with' ? `<script src="${bellUrl}/reconnect.js"></script>` : '';
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><body><ul></ul>${tag}
        <script>const socketUrl = '${bellUrl.replace('http', 'ws')}';${OLD_SCRIPT}</script>`);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    site.close();
    await shopfront.tearDown();
  });

  async function open(path: string): Promise<Page> {
    const context = await shopfront.browser.newContext({ locale: 'zh-CN' });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}${path}`);
    await eventually(async () => expect(await page.title()).to.equal('open'));
    return page;
  }

  it('goes deaf when the service restarts, and with one script tag does not: each alert once, in order', async () => {
    const first = await shopfront.serve();
    bellUrl = first.url;
    const [without, page] = [await open('/without'), await open('/with')];
    const alerts = () => page.locator('li').allInnerTexts();
    const id = await payOrder(first.url, '50001');
    await eventually(async () => expect(await alerts()).to.deep.equal([`待接单 ${id} 订单号： 50001`]));

    // Another process logs what comes meanwhile.
    const elsewhere = await shopfront.serve();
    await first.stop();
    await page.locator('#orderbell-away').waitFor();
    expect(await page.locator('#orderbell-away').innerText()).to.include('正在自动重连');
    const next = await payOrder(elsewhere.url, '50002');
    await shopfront.serve({ PORT: new URL(first.url).port });
    await page.locator('#orderbell-away').waitFor({ state: 'detached', timeout: 40_000 });
    await post(elsewhere.url, `/orders/${id}/reminders`);
    const all = [`待接单 ${id} 订单号： 50001`, `待接单 ${next} 订单号： 50002`, `催单 ${id} 订单号: ${id}`];
    await eventually(async () => expect(await alerts()).to.deep.equal(all));
    expect(await page.title(), 'the page never saw a close').to.equal('open');
    expect([await without.title(), await without.locator('li').count()]).to.deep.equal(['closed', 1]);
  });

  it('keeps sockets of its own, and closes its bell', async () => {
    const service = await shopfront.serve();
    bellUrl = service.url;
    const page = await open('/with');
    const kinds = await page.evaluate(
      ([url]) => {
        const chat = new WebSocket(`${url}/chat`);
        const own = new WebSocket(`${url}/ws/till`, 'orderbell.plain');
        const bell = new WebSocket(`${url}/ws/other?shop=corner`);
        const isOwn = [chat, own, bell].map((socket) => socket.constructor.name === 'WebSocket');
        return new Promise<unknown[]>((resolve) => {
          bell.addEventListener('close', ({ code }) => resolve([isOwn, bell.url, bell.readyState, code]));
          bell.addEventListener('open', () => bell.close());
        });
      },
      [service.url.replace('http', 'ws')] as const,
    );
    const bell = `${service.url.replace('http', 'ws')}/ws/other?shop=corner`;
    expect(kinds).to.deep.equal([[true, true, false], bell, 3, 1000]);
  });
});
