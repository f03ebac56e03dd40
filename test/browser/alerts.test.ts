import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { cancelledBy, changeSpeech, chimesOf, spokenBy } from './support/speech.ts';
import { payOrder, post, untilReadable, WITHOUT_CHIME } from './support/till.ts';

const settings = WITHOUT_CHIME;

describe('the console in a browser', function () {
  this.timeout(30_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  it('shows and speaks a paid order', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'paid', settings });
    await payOrder(service.url, '2025030617143500001', 'paid');
    await till.popUps.first().waitFor();
    expect(await till.popUps.first().innerText()).to.include('New order');
    // The end of the number stands in larger type, on a line of its own.
    expect(await till.popUps.first().textContent()).to.include('2025030617143500001');
    await till.says(['New order, ending in 0 0 0 1']);
    expect(await till.page.title()).to.equal('(1) open · Orderbell');
    expect(till.faults).to.deep.equal([]);
  });

  it('shows and speaks a reminder, and tells it from an order', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'reminded', settings });
    const id = await payOrder(service.url, '2025030617143500002', 'reminded');
    await till.popUps.first().waitFor();
    await till.says(['New order, ending in 0 0 0 2']);
    await post(service.url, `/orders/${id}/reminders`);
    await till.popUps.nth(1).waitFor();
    expect(await till.popUps.nth(1).innerText()).to.include('Reminder');
    const [, reminder] = await eventually(async () => {
      const spoken = await spokenBy(till.page);
      expect(spoken).to.have.length(2);
      return spoken;
    });
    expect(reminder?.text).to.match(/^A customer is asking about the order ending in /);
    expect(await till.popUps.nth(0).getAttribute('class')).to.not.equal(
      await till.popUps.nth(1).getAttribute('class'),
    );
  });

  it('shows markup in the content as text', async () => {
    const template = '<img src=x onerror="window.attacked=1"><b>{orderNumber}</b>';
    const service = await shopfront.serve({ NOTIFICATION_TEMPLATES_PAID: template });
    const till = await shopfront.open(service, { shop: 'markup', settings });
    await payOrder(service.url, '77001', 'markup');
    await till.popUps.first().waitFor();
    expect(await till.popUps.first().innerText()).to.include('<b>77001</b>');
    expect(await till.page.locator('main img, [data-testid=pop-up] img, li img, li b').count()).to.equal(0);
    expect(await till.page.evaluate(() => 'attacked' in window)).to.equal(false);
  });

  it('says that sound is off until somebody clicks, and shows pop-ups regardless', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'locked', isClicked: false, settings });
    const banner = till.page.getByTestId('banner-sound');
    await banner.waitFor();
    await payOrder(service.url, '88001', 'locked');
    await till.popUps.first().waitFor();
    expect(await spokenBy(till.page)).to.deep.equal([]);
    expect(till.faults).to.deep.equal([]);

    await till.page.getByTestId('unlock').click();
    await banner.waitFor({ state: 'hidden' });
    await till.says(['New order, ending in 8 0 0 1']);
  });

  it('keeps what nobody acknowledged over a reload, and says who acknowledged the rest', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'reload', settings });
    await payOrder(service.url, '66001', 'reload');
    await payOrder(service.url, '66002', 'reload');
    await till.popUps.nth(1).waitFor();
    await till.page.getByRole('button', { name: 'Acknowledge: New order 66001' }).first().click();
    await till.page
      .locator('[data-testid=alert-row][data-status=acknowledged]')
      .waitFor({ state: 'attached' });

    await till.page.reload();
    await till.live();
    await till.popUps.first().waitFor();
    await eventually(async () => expect(await till.popUps.count()).to.equal(1));
    expect(await till.popUps.first().innerText()).to.include('66002');
    expect(await till.rows.count()).to.equal(2);
    const status = till.rows.filter({ hasText: '66001' }).getByTestId('row-status');
    expect(await status.innerText()).to.match(/^Acknowledged by this till at \d/);
  });

  it('falls silent at every till once one of them acknowledges', async () => {
    const service = await shopfront.serve();
    const counter = await shopfront.open(service, {
      shop: 'tills',
      settings: { ...settings, tillName: 'Counter' },
    });
    const kitchen = await shopfront.open(service, { shop: 'tills', settings, speech: 'hangs' });
    await payOrder(service.url, '55001', 'tills');
    await Promise.all([counter.popUps.first().waitFor(), kitchen.popUps.first().waitFor()]);
    await kitchen.says(['New order, ending in 5 0 0 1']);

    await counter.popUps.first().getByRole('button').click();
    await kitchen.page.getByTestId('none-open').waitFor();
    await eventually(async () => expect(await cancelledBy(kitchen.page)).to.be.greaterThan(0));
    const status = kitchen.rows.first().getByTestId('row-status');
    await eventually(async () => expect(await status.innerText()).to.include('Counter'));
  });

  it('chimes and goes on when the speech never ends', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'hangs', settings, speech: 'hangs' });
    await payOrder(service.url, '44001', 'hangs');
    await till.says(['New order, ending in 4 0 0 1']);
    await payOrder(service.url, '44002', 'hangs');
    await eventually(async () => expect(await chimesOf(till.page)).to.be.greaterThan(0), 20_000);
    await changeSpeech(till.page, 'ends');
    await till.says(['New order, ending in 4 0 0 1', 'New order, ending in 4 0 0 2']);
  });

  it('rings again until somebody acknowledges', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, {
      shop: 'again',
      settings: { ...settings, repeatSeconds: 1 },
    });
    await payOrder(service.url, '33001', 'again');
    const rung = 'New order, ending in 3 0 0 1';
    await eventually(async () => expect((await spokenBy(till.page)).length).to.be.greaterThan(2));
    await till.popUps.first().getByRole('button').click();
    await till.page.getByTestId('none-open').waitFor();
    const spoken = await spokenBy(till.page);
    expect(new Set(spoken.map(({ text }) => text))).to.deep.equal(new Set([rung]));
  });

  it('merges fifty alerts of a second, and lists each of them', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'burst', settings });
    await shopfront.surroundings.pay('burst', 1, 50);
    await till.page.getByTestId('merged-title').filter({ hasText: '50 new orders' }).waitFor();
    expect(await till.page.getByTestId('pop-up-line').count()).to.equal(50);
    expect(await till.rows.count()).to.equal(50);
    const count = (text: string) => Number(/^(\d+) new orders$/.exec(text)?.[1] ?? 1);
    await eventually(async () => {
      const spoken = await spokenBy(till.page);
      expect(spoken.reduce((sum, { text }) => sum + count(text), 0)).to.equal(50);
      expect(spoken.length).to.be.lessThan(5);
    });
    await untilReadable(till);
    await till.page.getByTestId('acknowledge-all').click();
    await till.page.getByTestId('confirm-yes').click();
    await till.page.getByTestId('none-open').waitFor();
    await eventually(async () =>
      expect(await till.page.locator('[data-testid=alert-row][data-status=acknowledged]').count()).to.equal(
        50,
      ),
    );
  });

  it('speaks and shows Chinese to a Chinese browser, and can be switched', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'chinese', settings, locale: 'zh-CN' });
    await payOrder(service.url, '2025030617143500009', 'chinese');
    await till.popUps.first().waitFor();
    expect(await till.page.locator('html').getAttribute('lang')).to.match(/^zh/);
    expect(await till.popUps.first().innerText()).to.include('新订单');
    const [spoken] = await eventually(async () => {
      const all = await spokenBy(till.page);
      expect(all).to.have.length(1);
      return all;
    });
    expect(spoken?.text).to.equal('您有新的订单，尾号 0 0 0 9');
    expect(spoken?.lang).to.match(/^zh/);

    await till.page.getByTestId('language').click();
    expect(await till.page.locator('html').getAttribute('lang')).to.match(/^en/);
    expect(await till.popUps.first().innerText()).to.include('New order');
    await till.page.reload();
    await till.live();
    expect(await till.page.locator('html').getAttribute('lang')).to.match(/^en/);
  });
});
