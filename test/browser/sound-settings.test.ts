/** The choice of a tone and of ringing on and on, as a merchant makes it in a real browser. */

import { expect } from 'chai';
import { TONE_NAMES } from '../../src/console/sound/tones.ts';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { chimesOf, spokenBy } from './support/speech.ts';
import { payOrder, shoot, type Till } from './support/till.ts';

describe('the settings of the sound', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  const kept = ({ page }: Till) =>
    page.evaluate(() => JSON.parse(localStorage.getItem('orderbell.settings') ?? '{}'));

  it('offer several tones, play each without choosing it, and keep the one that is chosen', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'tones' });
    const { page } = till;
    await page.getByTestId('settings-open').click();
    const choices = page.getByRole('radiogroup', { name: 'Sound of the chime' });
    const chosen = () => choices.getByRole('radio', { checked: true });
    expect(await choices.getByRole('radio').count()).to.equal(TONE_NAMES.length);
    expect(await chosen().inputValue()).to.equal('bell');

    let before = await chimesOf(page);
    for (const name of ['Marimba', 'Buzzer']) {
      await page.getByRole('button', { name: `Listen: ${name}`, exact: true }).click();
      const floor = before;
      await eventually(async () => expect(await chimesOf(page)).to.be.greaterThan(floor));
      before = await chimesOf(page);
    }
    expect(await chosen().inputValue(), 'listening chooses nothing').to.equal('bell');
    expect(await spokenBy(page)).to.deep.equal([]);

    await page.getByRole('radio', { name: 'Two-tone' }).check();
    expect(await kept(till)).to.include({ tone: 'twoTone' });
    await page.reload();
    await till.live();
    await page.getByTestId('settings-open').click();
    expect(await chosen().inputValue()).to.equal('twoTone');
    expect(till.faults).to.deep.equal([]);
  });

  it('ring on and on until the alert is handled, where that is chosen', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'on-and-on', settings: { undoSeconds: 0 } });
    const { page } = till;
    await page.getByTestId('settings-open').click();
    await page.getByLabel('Ring on and on until handled').check();
    await page.getByTestId('settings-done').click();
    await payOrder(service.url, '93001', 'on-and-on');
    // The default is a pause of 30 s: within 15 s it would have rung once.
    const strokes = () => chimesOf(page);
    await eventually(async () => expect(await strokes()).to.be.greaterThan(0));
    const ofOne = await strokes();
    await eventually(async () => expect(await strokes()).to.be.at.least(3 * ofOne), 15_000);
    expect(await spokenBy(page), 'the words come once in 15 s').to.have.length(1);

    await page.getByTestId('acknowledge').click();
    await page.getByTestId('pop-up').waitFor({ state: 'detached' });
    const last = await strokes();
    const now = await page.evaluate(() => performance.now());
    await page.waitForFunction((since) => performance.now() > since + 3_000, now); // three pauses
    expect(await strokes()).to.equal(last);
    expect(till.faults).to.deep.equal([]);
  });

  it('show what is in force where the browser kept nothing that can be read', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'broken', isClicked: false });
    const { page } = till;
    await page.evaluate(() => localStorage.setItem('orderbell.settings', '{'));
    await page.reload();
    await till.live();
    await page.getByTestId('settings-open').click();
    expect(await page.getByTestId('set-volume').inputValue()).to.equal('1');
    expect(await page.getByTestId('set-tone-bell').isChecked()).to.equal(true);
  });

  const SIZES = { phone: [390, 844], tablet: [820, 1180], desktop: [1280, 800], wide: [1920, 1080] } as const;
  for (const [name, [width, height]] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const locale = colorScheme === 'light' ? 'en-US' : 'zh-CN';
      it(`fit a ${name}, each button at least 44 px high: ${locale}, ${colorScheme}`, async () => {
        const service = await shopfront.serve();
        const context = { viewport: { width, height }, colorScheme };
        const till = await shopfront.open(service, {
          ...{ shop: `sizes-${name}`, locale, context, isClicked: false },
        });
        await till.page.getByTestId('settings-open').click();
        const choices = till.page.getByTestId('set-tone');
        await choices.scrollIntoViewIfNeeded();
        await shoot(till, `sound-settings-${name}-${colorScheme}`);
        const dialog = await till.page.getByTestId('settings').boundingBox();
        for (const tone of TONE_NAMES) {
          const button = await till.page.getByTestId(`test-tone-${tone}`).boundingBox();
          expect(button?.height, tone).to.be.at.least(44);
          expect((button?.x ?? 0) + (button?.width ?? 0)).to.be.below(
            (dialog?.x ?? 0) + (dialog?.width ?? 0),
          );
        }
      });
    }
  }
});
