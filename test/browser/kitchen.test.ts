/** The console as an alarm: how much of a tablet an alert takes, how large it is, and what becomes of it by waiting. */

import { expect } from 'chai';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { spokenBy } from './support/speech.ts';
import { shoot, WITHOUT_CHIME } from './support/till.ts';

const TABLETS = {
  landscape: { width: 1280, height: 800 },
  portrait: { width: 800, height: 1280 },
};

describe('the kitchen’s view', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  /** Orders that were paid so many minutes ago. */
  function pay(shopId: string, ...minutes: number[]): Promise<void> {
    const { broker } = shopfront.surroundings;
    const messages = minutes.map((ago, index) => ({
      key: 'order.paid',
      body: {
        ...{ shopId, orderId: index + 1, orderNumber: `202503061714350000${index}` },
        occurredAt: new Date(Date.now() - ago * 60_000).toISOString(),
      },
    }));
    return publishAll(broker.connection, broker.names.orders, messages);
  }

  for (const [name, viewport] of Object.entries(TABLETS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`takes two thirds of a ${name} tablet, in sizes read at two metres: ${colorScheme}`, async () => {
        const service = await shopfront.serve();
        const shop = `${name}-${colorScheme}`;
        const till = await shopfront.open(service, {
          shop,
          locale: 'zh-CN',
          settings: WITHOUT_CHIME,
          context: { viewport, colorScheme },
        });
        await pay(shop, 7.5, 4, 0);
        await till.popUps.nth(2).waitFor();
        const urgencies = () =>
          till.popUps.evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.urgency));
        await eventually(async () => expect(await urgencies()).to.deep.equal(['overdue', 'late', 'fresh']));
        await shoot(till, `kitchen-${shop}`);
        const sheet = await till.page.locator('.pop-ups').boundingBox();
        const share = Math.max(
          (sheet?.width ?? 0) / viewport.width,
          sheet?.width === viewport.width ? (sheet?.height ?? 0) / viewport.height : 0,
        );
        expect(share, 'of the length of the screen').to.be.at.least(0.64);
        const first = till.popUps.first();
        const tail = await first.locator('b').evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
        expect(tail).to.be.at.least(96);
        expect((await first.getByTestId('acknowledge').boundingBox())?.height).to.be.at.least(72);
        const age = await first
          .locator('time')
          .evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
        expect(age).to.be.at.least(26);
        expect(till.faults).to.deep.equal([]);
      });
    }
  }

  it('rings every five seconds for what is overdue', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'often', settings: WITHOUT_CHIME });
    await pay('often', 7);
    const rings = await eventually(async () => {
      const spoken = await spokenBy(till.page);
      expect(spoken.length).to.be.at.least(3);
      return spoken;
    }, 20_000);
    const [first = 0, , third = 0] = rings.map(({ at }) => at);
    expect(third - first, 'two pauses').to.be.below(20_000);
  });
});
