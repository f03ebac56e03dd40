/** A till whose voice and chime both stay away, in a real browser: it says so to those before it and to the service. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { sentBy } from './support/frames.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { changeSpeech } from './support/speech.ts';
import { payOrder, shoot, WITHOUT_CHIME } from './support/till.ts';

describe('a till whose sound does not come out', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  const NUMBERS = { 'en-US': '92001', 'zh-CN': '92002' };
  for (const [locale, number] of Object.entries(NUMBERS)) {
    it(`shows a banner and reports "failed", until something comes out again: ${locale}`, async () => {
      const service = await shopfront.serve();
      const shop = `broken-${locale}`;
      const till = await shopfront.open(service, {
        ...{ shop, locale, isClicked: false, speech: 'breaks' },
        settings: { ...WITHOUT_CHIME, repeatSeconds: 5 },
      });
      const { page, faults } = till;
      const sent = sentBy(page);
      await page.addInitScript(loseAudio);
      await page.reload();
      await till.live();
      await page.getByRole('heading', { level: 1 }).click();
      await payOrder(service.url, number, shop);
      await page.getByTestId('banner-failed').waitFor({ timeout: 20_000 });
      await eventually(() => expect(soundsIn(sent)).to.deep.equal(['locked', 'on', 'failed']));
      expect(sent.filter(({ kind }) => kind === 'spoken')).to.deep.equal([]);
      expect(await page.getByTestId('sound').innerText()).to.equal(
        locale === 'en-US' ? 'Sound fails' : '声音异常',
      );
      await shoot(till, `sound-failed-${locale}`);

      await changeSpeech(page, 'ends');
      await page.getByTestId('try-sound').click();
      await page.getByTestId('banner-failed').waitFor({ state: 'detached', timeout: 20_000 });
      await eventually(() => expect(soundsIn(sent)).to.deep.equal(['locked', 'on', 'failed', 'on']));
      expect(faults).to.deep.equal([]);
    });
  }
});

function soundsIn(sent: readonly Record<string, unknown>[]): unknown[] {
  return sent.filter(({ kind }) => kind === 'hearing').map(({ sound }) => sound);
}

/** As where the machine has no sound device that opens. */
function loseAudio(): void {
  window.AudioContext = class extends AudioContext {
    constructor() {
      super();
      throw new DOMException('The sound device could not be opened', 'NotSupportedError');
    }
  };
}
