/** Tills that pair themselves: by the digits, by a link, by what a person with an ops token shows them; and their removal. */

import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';
import { seriousFaults } from './support/axe.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { shoot, type Till } from './support/till.ts';

const SHOP = 'pairing';

describe('a till that pairs itself', function () {
  this.timeout(90_000);
  let shopfront: Shopfront;
  let service: Service;
  let headers: Record<string, string>;
  before(async () => {
    shopfront = await createShopfront();
    const claims = { sub: 'ops', shop: '*', scope: 'ops' };
    headers = { authorization: `Bearer ${await makeToken({ claims })}` };
  });
  beforeEach(async () => {
    await shopfront.surroundings.database.pool.query('TRUNCATE pairing_codes, tills');
    service = await shopfront.serve({ ...WITH_SECRET, PAIRING_TRIES_PER_ADDRESS: '6' });
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  async function makeCode(name?: string): Promise<{ code: string; url: string }> {
    const body = { shopId: SHOP, page: `${service.url}/`, ...(name === undefined ? {} : { name }) };
    const { status, body: answer } = await ask(service.url, '/pairings', { method: 'POST', headers, body });
    expect(status).to.equal(201);
    return answer.data;
  }
  const tills = async (): Promise<{ id: string; name: string }[]> =>
    (await ask(service.url, `/shops/${SHOP}/tills`, { headers })).body.data.tills;
  const remove = (id: string) => ask(service.url, `/tills/${id}`, { method: 'DELETE', headers });

  interface Opened {
    page: Page;
    context: BrowserContext;
    faults: string[];
  }
  /** A page that need not be live. */
  async function show(address: string, context?: BrowserContext, locale = 'en-US'): Promise<Opened> {
    const its =
      context ?? (await shopfront.browser.newContext({ locale, viewport: { width: 1280, height: 800 } }));
    const page = await its.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/WebSocket|ERR_|Failed to load resource/.test(message.text()))
        faults.push(message.text());
    });
    await page.goto(address);
    return { page, context: its, faults };
  }
  const live = (page: Page) => page.locator('[data-testid=link][data-state=live]').waitFor();
  const dialogOf = (page: Page) => page.getByTestId('sign-in-dialog');
  async function enter(page: Page, code: string): Promise<void> {
    await page.getByTestId('pair-code').fill(code);
    await page.getByTestId('pair').click();
  }

  it('asks for six digits, follows its shop, and is still paired after the browser was started again', async () => {
    const { code } = await makeCode('Bar');
    const { page, context, faults } = await show(`${service.url}/?shop=${SHOP}`);
    await enter(page, `${code.slice(0, 3)} ${code.slice(3)}`);
    await live(page);
    await dialogOf(page).waitFor({ state: 'hidden' });
    await shopfront.surroundings.pay(SHOP, 1, 1);
    await page.getByTestId('pop-up').first().waitFor();
    expect((await tills()).map(({ name }) => name)).to.deep.equal(['Bar']);
    expect(
      JSON.parse((await page.evaluate(() => localStorage.getItem('orderbell.settings'))) ?? '{}'),
    ).to.include({ tillName: 'Bar' });
    await page.close();
    // Another tab has no storage of its own yet, as after a start of the browser; the address names no shop.
    const again = await show(`${service.url}/`, context);
    await live(again.page);
    await again.page.getByTestId('pop-up').first().waitFor();
    expect([...faults, ...again.faults]).to.deep.equal([]);
  });

  it('pairs at once by the link, whose code leaves the address, and goes to the shop of the code', async () => {
    const { url } = await makeCode();
    const { page, faults } = await show(url);
    await live(page);
    expect(page.url()).to.equal(`${service.url}/?shop=${SHOP}`);
    await page.goBack();
    expect(page.url(), 'in the history').not.to.include('pair');
    const { code } = await makeCode();
    const bare = await show(`${service.url}/#pair=${code}`);
    await live(bare.page);
    expect(bare.page.url()).to.equal(`${service.url}/?shop=${SHOP}`);
    expect(await tills()).to.have.length(2);
    expect([...faults, ...bare.faults]).to.deep.equal([]);
  });

  it('says in words what is wrong with a code', async () => {
    const { page, faults } = await show(`${service.url}/?shop=${SHOP}`);
    const says = (words: RegExp) =>
      eventually(async () => expect(await page.getByTestId('pair-state').textContent()).to.match(words));
    await enter(page, '12345');
    await says(/six digits/);
    expect(await seriousFaults(page)).to.deep.equal([]);
    const { code } = await makeCode();
    await enter(page, code === '000000' ? '000001' : '000000');
    await says(/No code is this one/);
    await ask(service.url, '/pairings/redeem', { method: 'POST', body: { code } });
    await enter(page, code);
    await says(/used/);
    for (let tries = 0; tries < 4; tries++) {
      await eventually(async () => expect(await page.getByTestId('pair').isEnabled()).to.equal(true));
      await enter(page, `00000${tries + 2}`);
    }
    await says(/Too many/);
    expect(await tills()).to.have.length(1);
    expect(faults).to.deep.equal([]);
  });

  it('asks before a link pairs a page that has a token', async () => {
    const token = await makeToken({ claims: { shop: SHOP, scope: 'listen log:read' } });
    const { code } = await makeCode();
    const till = await shopfront.open(service, { shop: SHOP, token });
    await till.page.evaluate((hash) => location.assign(hash), `#pair=${code}`);
    const offer = till.page.getByTestId('token-offer');
    await offer.waitFor();
    expect(await offer.textContent()).to.include('pairs this browser');
    expect(await tills(), 'not yet').to.deep.equal([]);
    await till.page.getByTestId('offer-accept').click();
    await eventually(async () => expect(await tills()).to.have.length(1));
    await offer.waitFor({ state: 'hidden' });
    await till.live();
    expect(till.faults).to.deep.equal([]);
  });

  it('says that it was removed, also after a reload, and can be paired again', async () => {
    const { page, faults } = await show((await makeCode('Bar')).url);
    await live(page);
    const [till] = await tills();
    await remove(till?.id ?? '');
    const removed = page.getByTestId('sign-in-fault');
    await eventually(async () => expect(await removed.textContent()).to.match(/was removed/));
    expect(
      await page.evaluate((key) => localStorage.getItem(key), `orderbell.till.${SHOP}`),
      'no token',
    ).to.equal('removed');
    await page.reload();
    await eventually(async () => expect(await removed.textContent()).to.match(/was removed/));
    await enter(page, (await makeCode()).code);
    await live(page);
    expect(faults).to.deep.equal([]);
  });

  it('renews a token that is about to end, and goes on beyond its end without a person', async () => {
    const { page, faults } = await show((await makeCode()).url);
    await live(page);
    const [till] = await tills();
    const id = till?.id ?? '';
    const iat = Math.floor(Date.now() / 1000) - 86_400;
    const endsAt = iat + 86_400 + 12;
    const ending = await makeToken({
      claims: { sub: `till:${id}`, till: id, shop: SHOP, scope: 'listen log:read', iat },
      expiresIn: 12,
    });
    const key = `orderbell.till.${SHOP}`;
    const stored = () => page.evaluate((key) => localStorage.getItem(key) ?? '', key);
    await page.evaluate(
      ([key, value]) => localStorage.setItem(key ?? '', value ?? ''),
      [key, JSON.stringify({ tillId: id, token: ending })],
    );
    await page.reload();
    await live(page);
    await eventually(async () => expect(await stored()).not.to.include(ending), 20_000);
    const { token } = JSON.parse(await stored());
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(exp - Date.now() / 1000).to.be.greaterThan(29 * 86_400);
    // The first token is good for five seconds more, since clocks differ.
    await eventually(() => expect(Date.now() / 1000).to.be.greaterThan(endsAt + 6), 30_000);
    await live(page);
    await shopfront.surroundings.pay(SHOP, 2, 2);
    await page.getByTestId('pop-up').first().waitFor();
    expect(await dialogOf(page).isVisible()).to.equal(false);
    expect(faults).to.deep.equal([]);
  });

  describe('seen by a person with an ops token', () => {
    const operator = () => makeToken({ claims: { sub: 'boss', shop: SHOP, scope: 'listen log:read ops' } });

    async function openSettings(till: Till): Promise<void> {
      await till.page.getByTestId('settings-open').click();
      await till.page.getByTestId('add-till').waitFor();
    }

    it('is listed at another try where the list could not be loaded', async () => {
      const context = { serviceWorkers: 'block' } as const;
      const { page, faults } = await shopfront.open(service, {
        shop: SHOP,
        token: await operator(),
        context,
      });
      // The settings are loaded ahead, the list of tills is not.
      await page.waitForFunction(() => {
        const parts = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/part-'));
        return parts.length > document.querySelectorAll('link[rel=modulepreload]').length;
      });
      await page.route('**/console/part-*', (route) => route.abort());
      await page.getByTestId('settings-open').click();
      await page.getByTestId('tills-again').waitFor();
      expect(await page.getByTestId('banner-part').count()).to.equal(0);
      await page.unroute('**/console/part-*');
      await page.getByTestId('tills-again').click();
      await page.getByTestId('add-till').waitFor();
      expect(await page.getByTestId('tills-again').isVisible()).to.equal(false);
      expect(faults).to.deep.equal([]);
    });

    it('is added by a code with its picture, listed, and removed by two presses', async () => {
      const till = await shopfront.open(service, { shop: SHOP, token: await operator() });
      const { page } = till;
      await openSettings(till);
      await page.getByTestId('tills-none').waitFor();
      await page.getByTestId('new-till-name').fill('Kitchen');
      await page.getByTestId('add-till').click();
      const digits = (await page.getByTestId('offered-digits').textContent())?.replace(' ', '') ?? '';
      const link = (await page.getByTestId('offered-link').textContent()) ?? '';
      expect(link).to.equal(`${service.url}/?shop=${SHOP}#pair=${digits}`);
      await page.locator('svg.qr').scrollIntoViewIfNeeded();
      await shoot(till, 'pairing-offered');
      const other = await show(link);
      await live(other.page);
      await page.getByTestId('settings-done').click();
      await openSettings(till);
      const row = page.getByTestId('till');
      await eventually(async () => expect(await row.count()).to.equal(1));
      expect(await row.textContent()).to.include('Kitchen');
      await row.scrollIntoViewIfNeeded();
      await shoot(till, 'pairing-list');
      expect(await seriousFaults(page)).to.deep.equal([]);
      const press = page.getByTestId('till-remove');
      await press.click();
      await eventually(async () => expect(await press.textContent()).to.equal('Really remove?'));
      await eventually(async () => {
        if ((await row.count()) > 0) await press.click({ timeout: 500 }).catch(() => {});
        expect(await row.count()).to.equal(0);
      });
      await eventually(async () =>
        expect(await other.page.getByTestId('sign-in-fault').textContent()).to.match(/was removed/),
      );
      expect([...till.faults, ...other.faults]).to.deep.equal([]);
    });

    it('is not shown to a person without it', async () => {
      const token = await makeToken({ claims: { shop: SHOP, scope: 'listen log:read' } });
      const { page } = await shopfront.open(service, { shop: SHOP, token });
      await page.getByTestId('settings-open').click();
      await page.getByTestId('settings').waitFor();
      expect(await page.getByTestId('add-till').count()).to.equal(0);
    });
  });
});
