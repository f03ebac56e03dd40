/** Links that bring a token to a page: what they replace, what they ask, and what they leave in the address. */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import type { Till } from './support/till.ts';

const SHOP = 'links';

declare global {
  interface Window {
    /** The dialogs that were open each time that one was opened. */
    openDialogs: string[][];
  }
}

/** Notes each dialog that opens, with those that are open already; runs in the page before its own scripts. */
const OBSERVE_DIALOGS = `
  window.openDialogs = [];
  const { showModal } = HTMLDialogElement.prototype;
  HTMLDialogElement.prototype.showModal = function () {
    showModal.call(this);
    const open = [...document.querySelectorAll('dialog[open]')];
    window.openDialogs.push(open.map(({ dataset }) => dataset.testid));
  };
`;

describe('a link with a token', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  let service: Service;
  before(async () => {
    shopfront = await createShopfront();
  });
  beforeEach(async () => {
    service = await shopfront.serve(WITH_SECRET);
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  const mint = (sub: string, expiresIn = 600) =>
    makeToken({ claims: { sub, shop: SHOP, scope: 'listen log:read' }, expiresIn });
  const offerOf = (page: Page) => page.getByTestId('token-offer');
  const stored = (page: Page) =>
    page.evaluate((shop) => sessionStorage.getItem(`orderbell.token.${shop}`), SHOP);
  /** As a link on the page, or its user in the address bar. */
  const follow = (page: Page, token: string) =>
    page.evaluate((hash) => location.assign(hash), `#token=${token}`);

  async function expectInUse({ page, live, faults }: Till, token: string): Promise<void> {
    await eventually(async () => expect(await stored(page)).to.equal(token));
    await offerOf(page).waitFor({ state: 'hidden' });
    await live();
    expect(page.url()).to.equal(`${service.url}/?shop=${SHOP}`);
    expect(faults).to.deep.equal([]);
  }

  it('asks while the page is open, and goes on with the new token once it is accepted', async () => {
    const [old, next] = [await mint('old'), await mint('next')];
    const till = await shopfront.open(service, { shop: SHOP, token: old });
    await follow(till.page, next);
    await offerOf(till.page).waitFor();
    await expectStillInUse(till, old);
    await till.page.getByTestId('offer-accept').click();
    await expectInUse(till, next);
    await till.page.goBack();
    expect(till.page.url(), 'in the history').not.to.include('token');
    await shopfront.surroundings.pay(SHOP, 1, 1);
    await till.popUps.first().waitFor();
  });

  async function expectStillInUse({ page }: Till, token: string): Promise<void> {
    expect(page.url(), 'the address').not.to.include('token');
    expect(await stored(page)).to.equal(token);
    expect(await page.getByTestId('link').getAttribute('data-state')).to.equal('live');
  }

  it('changes nothing where it is declined, by Enter as it opens or by Escape', async () => {
    const [old, next] = [await mint('old'), await mint('next')];
    const till = await shopfront.open(service, { shop: SHOP, token: old });
    for (const key of ['Enter', 'Escape']) {
      await follow(till.page, next);
      await offerOf(till.page).waitFor();
      await till.page.keyboard.press(key);
      await expectInUse(till, old);
    }
    await till.page.reload();
    await expectInUse(till, old);
  });

  for (const [locale, heading, accept] of [
    ['en-US', 'Use another access token?', 'Use the new one'],
    ['zh-CN', '要更换访问令牌吗？', '更换令牌'],
  ] as const) {
    it(`is accepted by the keyboard alone: ${locale}`, async () => {
      const [old, next] = [await mint('old'), await mint('next')];
      const till = await shopfront.open(service, { shop: SHOP, token: old, locale });
      await follow(till.page, next);
      await till.page.getByRole('alertdialog', { name: heading }).waitFor();
      await till.page.keyboard.press('Shift+Tab');
      const focused = () => till.page.evaluate(() => document.activeElement?.textContent);
      expect(await focused()).to.equal(accept);
      await till.page.keyboard.press('Space');
      await expectInUse(till, next);
    });
  }

  it('asks where it is followed in a tab that has another token', async () => {
    const [old, next] = [await mint('old'), await mint('next')];
    const till = await shopfront.open(service, { shop: SHOP, token: old });
    await till.page.goto('about:blank');
    await till.page.goto(`${service.url}/?shop=${SHOP}#token=${next}`);
    await offerOf(till.page).waitFor();
    await till.live();
    await expectStillInUse(till, old);
    await till.page.getByTestId('offer-accept').click();
    await expectInUse(till, next);
  });

  it('signs in where the page asks for a token, and opens no question on it or under it', async () => {
    const [over, next, last] = [await mint('over', -60), await mint('next'), await mint('last')];
    const till = await shopfront.open(service, { shop: SHOP, token: next });
    const { page } = till;
    await page.addInitScript({ content: OBSERVE_DIALOGS });
    await page.evaluate((shop) => sessionStorage.removeItem(`orderbell.token.${shop}`), SHOP);

    await page.reload();
    await page.getByTestId('sign-in-dialog').waitFor();
    await follow(page, next);
    await expectInUse(till, next);

    await page.evaluate(([key, token]) => sessionStorage.setItem(key, token), [
      `orderbell.token.${SHOP}`,
      over,
    ] as const);
    await page.reload();
    await page.getByTestId('sign-in-dialog').waitFor();
    await follow(page, last);
    await expectInUse(till, last);
    expect(await page.evaluate(() => window.openDialogs)).to.deep.equal([['sign-in-dialog']]);

    // The link comes first, and the refusal of the token in use after it.
    await page.evaluate(([key, token]) => sessionStorage.setItem(key, token), [
      `orderbell.token.${SHOP}`,
      over,
    ] as const);
    await page.goto('about:blank');
    await page.goto(`${service.url}/?shop=${SHOP}#token=${next}`);
    await expectInUse(till, next);
    expect(await page.evaluate(() => window.openDialogs)).to.deep.equal([]);
  });

  it('is taken without an answer once the token in use has ended, and the question closes', async () => {
    const [ending, next] = [await mint('ending', 6), await mint('next')];
    const till = await shopfront.open(service, { shop: SHOP, token: ending });
    await follow(till.page, next);
    await offerOf(till.page).waitFor();
    await eventually(async () => expect(await stored(till.page)).to.equal(next), 30_000);
    await expectInUse(till, next);
    expect(await till.page.getByTestId('sign-in-dialog').isVisible()).to.equal(false);
  });
});
