/** Earlier days on the console: looked through day by day, and searched, while the day that rings goes on. */

import { expect } from 'chai';
import { dayOf, dayStart, stepDay } from '../../src/console/days/calendar.ts';
import { eventually } from '../support/eventually.ts';
import { seriousFaults, sidewaysOverflow } from './support/axe.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, shoot, type Till, type TillOptions, WITHOUT_CHIME } from './support/till.ts';

const TODAY = dayOf(Date.now());
const YESTERDAY = stepDay(TODAY, -1);
const BEFORE = stepDay(TODAY, -2);
const EARLIER = stepDay(TODAY, -3);
const noonOf = (day: string) => new Date(dayStart(day) + 12 * 3_600_000).toISOString();

describe('earlier days in a browser', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  const sql = (text: string, values: unknown[] = []) =>
    shopfront.surroundings.database.pool.query(text, values);

  /** As if orders `from` to `to` had been logged on that day, one a minute from noon on. */
  async function logOn(shop: string, day: string, from: number, to: number): Promise<void> {
    await shopfront.surroundings.pay(shop, from, to);
    const logged =
      'SELECT count(*)::int AS count FROM notifications WHERE shop_id = $1 AND order_id BETWEEN $2 AND $3';
    await eventually(async () =>
      expect((await sql(logged, [shop, from, to])).rows[0].count).to.equal(to - from + 1),
    );
    await sql(
      `UPDATE notifications SET stored_at = t.at, occurred_at = t.at
       FROM (SELECT order_id AS id, $4::timestamptz + (order_id::int - $2) * interval '1 minute' AS at
             FROM notifications WHERE shop_id = $1 AND order_id BETWEEN $2 AND $3) t
       WHERE shop_id = $1 AND order_id = t.id`,
      [shop, from, to, noonOf(day)],
    );
  }

  /** So long after it was logged. */
  async function acknowledge(shop: string, order: number, seconds: number, reason = 'acknowledged') {
    await sql(
      `WITH shop AS (UPDATE shops SET receipts = receipts + 1 WHERE id = $1 RETURNING receipts)
       INSERT INTO receipts (shop_id, n, seq, sid, reason, acked_at)
       SELECT $1, shop.receipts, seq, $4, $5, stored_at + make_interval(secs => $3)
       FROM notifications, shop WHERE shop_id = $1 AND order_id = $2`,
      [shop, order, seconds, reason === 'acknowledged' ? 'Counter-12345678' : null, reason],
    );
  }

  async function openShop(
    shop: string,
    options: TillOptions = {},
    prepare = async () => {},
  ): Promise<{ till: Till; url: string }> {
    const service = await shopfront.serve();
    await logOn(shop, BEFORE, 1, 3);
    await logOn(shop, YESTERDAY, 11, 14);
    await acknowledge(shop, 1, 9);
    for (const [order, seconds] of [
      [11, 30],
      [12, 45],
      [13, 400],
    ] as const) {
      await acknowledge(shop, order, seconds);
    }
    await acknowledge(shop, 14, 60, 'accepted');
    await sql(
      "UPDATE notifications SET expired_at = stored_at + interval '1 hour' WHERE shop_id = $1 AND order_id IN (2, 3)",
      [shop],
    );
    await prepare();
    const till = await shopfront.open(service, { shop, settings: WITHOUT_CHIME, ...options });
    return { till, url: service.url };
  }

  const rowsOf = ({ page }: Till) => page.getByTestId('day-row');
  const at = ({ page }: Till, id: string) => page.getByTestId(id);

  it('show who acknowledged each alert and how soon, and the day in numbers, while new ones ring', async () => {
    const { till, url } = await openShop('looks');
    const { page } = till;
    await at(till, 'day-before').click();
    await rowsOf(till).nth(3).waitFor();
    expect(
      await till.rows
        .first()
        .isVisible()
        .catch(() => false),
    ).to.equal(false);
    const words = await at(till, 'day-row-status').allInnerTexts();
    expect(words[0]).to.match(/^Acknowledged by Counter at 12:00 · after 30\ssec$/);
    expect(words[2]).to.match(/after 6\smin\s40\ssec$/);
    expect(words[3]).to.match(/^Accepted elsewhere at 12:04$/);
    const numbers = await at(till, 'day-numbers').innerText();
    for (const line of [
      /Came in\s+4/,
      /Acknowledged\s+3/,
      /elsewhere\s+1/,
      /Median .*\s+45\ssec/,
      /Slowest .*\s+6\smin\s40\ssec/,
    ]) {
      expect(numbers).to.match(line);
    }

    await payOrder(url, '77001', 'looks');
    await till.popUps.first().waitFor();
    await eventually(async () => expect((await spokenTexts(till)).join()).to.include('7 0 0 1'));
    await page.keyboard.press('F2');
    await till.popUps.first().waitFor({ state: 'detached' });
    expect(await rowsOf(till).count()).to.equal(4);

    await page.reload();
    await till.live();
    await till.rows.filter({ hasText: '77001' }).waitFor();
    expect(await at(till, 'day').inputValue()).to.equal(TODAY);
    expect(await rowsOf(till).count()).to.equal(0);
    expect(till.faults).to.deep.equal([]);
  });

  it('are chosen by their date: an empty one, and one before the log began, say so', async () => {
    const { till } = await openShop('dates');
    await at(till, 'day').fill(BEFORE);
    await at(till, 'day').press('Enter');
    await rowsOf(till).nth(2).waitFor();
    expect(await at(till, 'day-row-status').allInnerTexts()).to.deep.equal([
      'Acknowledged by Counter at 12:00 · after 9\u00a0sec',
      ...['Ended without an answer', 'Ended without an answer'],
    ]);
    expect(await at(till, 'day').getAttribute('min')).to.equal(BEFORE);
    expect(await at(till, 'day-before').isDisabled()).to.equal(true);
    await at(till, 'day').fill(EARLIER);
    await at(till, 'day-none').waitFor();
    expect(await at(till, 'day-none').innerText()).to.match(/^Alerts are kept from .* on$/);
    await at(till, 'day-today').click();
    await at(till, 'day-panel').waitFor({ state: 'hidden' });
    expect(await till.page.evaluate(() => document.activeElement?.id)).to.equal('day');
    await sql("DELETE FROM notifications WHERE shop_id = 'dates' AND order_id > 3");
    await at(till, 'day-before').click();
    await at(till, 'day-none').filter({ hasText: 'No alerts came in on this day' }).waitFor();
  });

  it('are searched together, by the day, newest first', async () => {
    const { till } = await openShop('search');
    await at(till, 'search-days').click();
    await till.page.locator('[data-testid=days-number]:focus').waitFor();
    await till.page.keyboard.type('search-1');
    await till.page.keyboard.press('Enter');
    await rowsOf(till).nth(4).waitFor();
    expect(await at(till, 'day-group').count()).to.equal(2);
    expect(await at(till, 'day-group').first().getByTestId('day-row').count()).to.equal(4);
    expect(await at(till, 'day-status').innerText()).to.equal(
      '5 alerts found. Everything that is kept was searched.',
    );
    await at(till, 'days-number').fill('nothing like it');
    await at(till, 'days-number').press('Enter');
    await at(till, 'day-status').filter({ hasText: '0 alerts found' }).waitFor();
  });

  it('say that the service does not answer, and are read when that is tried again', async () => {
    const { till } = await openShop('away');
    await till.page.route('**/notifications/summary?*', (route) => route.abort());
    await at(till, 'day-before').click();
    await at(till, 'day-fault').filter({ hasText: 'does not answer' }).waitFor();
    await till.page.unroute('**/notifications/summary?*');
    await at(till, 'day-retry').click();
    await rowsOf(till).nth(3).waitFor();
    expect(await at(till, 'day-fault').isVisible()).to.equal(false);
  });

  it('are read page by page, also where retention removes them meanwhile', async () => {
    const { till } = await openShop('long', {}, async () => {
      await logOn('long', YESTERDAY, 101, 400);
      for (let order = 101; order <= 400; order++) await acknowledge('long', order, 5);
    });
    await at(till, 'day-before').click();
    await rowsOf(till).nth(199).waitFor();
    expect(await rowsOf(till).count()).to.equal(200);
    await sql("DELETE FROM notifications WHERE shop_id = 'long' AND seq <= 250");
    await sql("UPDATE shops SET oldest = 251 WHERE id = 'long'");
    await at(till, 'day-more').click();
    await at(till, 'day-more').waitFor({ state: 'hidden' });
    expect(await rowsOf(till).count()).to.equal(257);
    expect(till.faults).to.deep.equal([]);
  });

  it('are read anew from a log that has become another one', async () => {
    const { till } = await openShop('rotated');
    await at(till, 'day-before').click();
    await rowsOf(till).nth(3).waitFor();
    await sql("DELETE FROM notifications WHERE shop_id = 'rotated' AND order_id = 12");
    await sql("UPDATE shops SET epoch = gen_random_uuid() WHERE id = 'rotated'");
    await shopfront.surroundings.pay('rotated', 900, 900);
    await till.popUps.first().waitFor();
    await eventually(async () => expect(await rowsOf(till).count()).to.equal(3));
  });

  const LOOKS: { name: string; options: TillOptions }[] = [
    { name: 'en-light', options: { locale: 'en-US', context: { colorScheme: 'light' } } },
    {
      name: 'zh-dark',
      options: { locale: 'zh-CN', context: { colorScheme: 'dark', viewport: { width: 820, height: 1180 } } },
    },
    { name: 'en-phone', options: { locale: 'en-US', context: { viewport: { width: 390, height: 844 } } } },
    {
      name: 'zh-phone',
      options: { locale: 'zh-CN', context: { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } },
    },
    { name: 'zh-wide', options: { locale: 'zh-CN', context: { viewport: { width: 1920, height: 1080 } } } },
  ];
  for (const { name, options } of LOOKS) {
    it(`have no serious fault, and no sideways scrolling: ${name}`, async () => {
      const { till } = await openShop(`look-${name}`, { ...options, isClicked: false });
      const inspect = async (state: string) => {
        await shoot(till, `days-${name}-${state}`);
        expect(await seriousFaults(till.page), state).to.deep.equal([]);
        expect(await sidewaysOverflow(till.page), `${state}: pixels that stick out`).to.be.at.most(0);
      };
      await inspect('today');
      await at(till, 'day-before').click();
      await rowsOf(till).nth(3).waitFor();
      await inspect('yesterday');
      await at(till, 'search-days').click();
      await at(till, 'days-number').fill(`look-${name}-1`);
      await at(till, 'days-number').press('Enter');
      await rowsOf(till).nth(4).waitFor();
      await inspect('search');
      await at(till, 'day').fill(EARLIER);
      await at(till, 'day-none').waitFor();
      await inspect('none');
      await till.page.route('**/notifications/summary?*', (route) => route.abort());
      await at(till, 'day').fill(BEFORE);
      await at(till, 'day-fault').filter({ hasText: /./ }).waitFor();
      await inspect('fault');
      await till.page.getByTestId('language').click();
      await at(till, 'day-fault').filter({ hasText: /./ }).waitFor();
      expect(till.faults).to.deep.equal([]);
    });
  }
});

async function spokenTexts({ page }: Till): Promise<string[]> {
  return page.evaluate(() => window.observedSpeech.spoken.map(({ text }) => text));
}
