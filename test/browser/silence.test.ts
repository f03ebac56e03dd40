/** A till that cannot be noticed says so: muted, at volume 0, or with a token that ends or was never for listening. */

import { expect } from 'chai';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { shoot, WITHOUT_CHIME } from './support/till.ts';

describe('a till that cannot be noticed', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  it('sounds at once when sound is turned on, and says for how long it is muted', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, {
      shop: 'silent',
      isClicked: false,
      settings: WITHOUT_CHIME,
    });
    const { page } = till;
    const speaker = page.getByTestId('sound');
    expect(await speaker.innerText()).to.equal('Sound is off');
    await page.getByTestId('unlock').click();
    await till.says(['Sound is on']);
    expect(await speaker.innerText()).to.equal('Sound is on');

    await page.getByTestId('mute').click();
    await page.getByTestId('mute-dialog').waitFor();
    await shoot(till, 'mute-dialog');
    await page.getByTestId('mute-30min').click();
    await page.getByTestId('banner-silent').waitFor();
    expect(await speaker.innerText()).to.match(/^Muted until \d\d:\d\d$/);
    await shoot(till, 'muted');
    await page.getByTestId('unmute').click();
    await page.getByTestId('banner-silent').waitFor({ state: 'hidden' });
    await till.says(['Sound is on', 'Sound is on']);
    expect(till.faults).to.deep.equal([]);
  });

  it('is no longer muted once the time is over, and warns at volume 0', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, {
      shop: 'over',
      settings: { ...WITHOUT_CHIME, mutedUntil: Date.now() + 6_000 },
    });
    const banner = till.page.getByTestId('banner-silent');
    await banner.waitFor();
    await banner.waitFor({ state: 'hidden', timeout: 15_000 });
    await till.page.getByTestId('settings-open').click();
    await till.page.getByTestId('set-volume').fill('0');
    await till.page.getByTestId('settings-done').click();
    await banner.filter({ hasText: 'The volume is 0' }).waitFor();
    expect(await till.page.getByTestId('sound').innerText()).to.equal('Volume is 0');
  });

  it('asks for another token where the one in use cannot listen, and announces the end of one', async () => {
    const service = await shopfront.serve(WITH_SECRET);
    const shop = 'ending';
    const claims = { sub: 'till', shop };
    const ends = await makeToken({ claims: { ...claims, scope: 'listen log:read' }, expiresIn: 1_800 });
    const till = await shopfront.open(service, { shop, token: ends, locale: 'zh-CN' });
    const banner = till.page.getByTestId('banner-token');
    await banner.waitFor();
    expect(await banner.innerText()).to.match(/登录将于 \d\d:\d\d 到期/);
    await shoot(till, 'token-ends');

    const mute = await makeToken({ claims: { ...claims, scope: 'log:read' } });
    const page = await till.context.newPage();
    await page.goto(`${service.url}/?shop=${shop}#token=${mute}`);
    const dialog = page.getByTestId('sign-in-dialog');
    await dialog.waitFor();
    expect(await dialog.innerText()).to.include('缺少 listen 权限');
    expect(await page.getByTestId('banner-lost').count()).to.equal(0);
    expect(till.faults).to.deep.equal([]);
  });

  it('says that an address names no shop, and keeps a long name within the header', async () => {
    const service = await shopfront.serve();
    const page = await shopfront.browser.newPage();
    await page.goto(`${service.url}/?shop=no%20shop`);
    await page.getByTestId('banner-refused').waitFor();
    expect(await page.getByTestId('banner-refused').innerText()).to.include('“no shop”');
    await page.close();

    const till = await shopfront.open(service, {
      shop: 'x'.repeat(64),
      isClicked: false,
      context: { viewport: { width: 800, height: 1280 } },
    });
    const header = await till.page.locator('header.bar').boundingBox();
    await shoot(till, 'long-shop');
    expect(header?.height).to.be.below(90);
  });
});
