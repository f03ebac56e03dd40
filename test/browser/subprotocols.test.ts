/** What a browser makes of the subprotocols that a page offers beside its token, or without it. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';

describe('a page that opens a WebSocket by itself', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  let site: Server;
  let socketUrl: string;

  before(async () => {
    shopfront = await createShopfront();
    const { url } = await shopfront.serve({ ...WITH_SECRET, AUTH_QUERY_TOKEN: 'true' });
    socketUrl = `${url.replace('http', 'ws')}/ws/page`;
    site = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    site.close();
    await shopfront.tearDown();
  });

  /** What the page sees: the subprotocol that was picked, or the code of the close. */
  async function open(query: string, protocols: string[]): Promise<string | number> {
    const page = await shopfront.browser.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const outcome = await page.evaluate(
      ([url, offered]) =>
        new Promise<string | number>((resolve) => {
          const socket = new WebSocket(url, offered);
          socket.onopen = () => resolve(socket.protocol);
          socket.onclose = ({ code }) => resolve(code);
        }),
      [`${socketUrl}?${query}`, protocols] as const,
    );
    await page.close();
    return outcome;
  }

  for (const protocol of ['orderbell.v1', 'orderbell.plain']) {
    it(`is let in with ${protocol} beside its token, and is answered with that alone`, async () => {
      expect(await open('', [protocol, `bearer.${await makeToken()}`])).to.equal(protocol);
      expect(await open('', [`bearer.${await makeToken()}`, protocol])).to.equal(protocol);
    });
  }

  it('is let in with its token in the query and no subprotocol, where that is on', async () => {
    expect(await open(`token=${await makeToken()}`, [])).to.equal('');
  });

  it('breaks off where it has offered its token alone, since that is never answered', async () => {
    expect(await open('', [`bearer.${await makeToken()}`])).to.equal(1006);
  });

  it('sees no more than a lost link where it is refused', async () => {
    expect(await open('', ['orderbell.v1', 'bearer.garbage'])).to.equal(1006);
  });
});
