/** The console as an alarm: how much of a screen an alert takes, how large it is, and what becomes of it by waiting. */

import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { SIZES } from './support/sizes.ts';
import { spokenBy } from './support/speech.ts';
import { payOrder, shoot, WITHOUT_CHIME } from './support/till.ts';

const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;

const fontSizeOf = (text: Locator) =>
  text.evaluate((node) => Number.parseFloat(getComputedStyle(node).fontSize));

/** They have come in. */
const settled = (cards: Locator) =>
  cards.evaluateAll((all) =>
    Promise.all(
      all
        .flatMap((card) => card.getAnimations())
        .filter((one) => one.effect?.getComputedTiming().iterations === 1)
        .map((one) => one.finished),
    ).then(() => undefined),
  );

async function boxOf(part: Locator) {
  const box = await part.boundingBox();
  if (box === null) throw new Error('it is not shown');
  const { x, y, width, height } = box;
  return { left: x, top: y, right: x + width, bottom: y + height, width, height };
}

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

  for (const [name, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`takes two thirds of the screen, in sizes read at two metres: ${name}, ${colorScheme}`, async () => {
        const service = await shopfront.serve();
        const shop = `${name.replace(' ', '-')}-${colorScheme}`;
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
        const alerts = await boxOf(till.page.locator('.pop-ups'));
        expect(alerts.bottom, 'all of it is in sight').to.be.at.most(viewport.height);
        const share = (alerts.width * alerts.height) / (viewport.width * viewport.height);
        expect(share, 'of the screen').to.be.at.least(2 / 3);
        const first = till.popUps.first();
        const isTablet = name.includes('tablet') || name === 'desktop';
        expect(await fontSizeOf(first.locator('b'))).to.be.at.least(isTablet ? 96 : 48);
        expect((await boxOf(first.locator('b'))).height, 'in one line').to.be.below(
          1.5 * (await fontSizeOf(first.locator('b'))),
        );
        expect((await boxOf(first.getByTestId('acknowledge'))).height).to.be.at.least(72);
        expect(await fontSizeOf(first.locator('time'))).to.be.at.least(isTablet ? 26 : 22);
        expect(till.faults).to.deep.equal([]);
      });
    }
  }

  for (const [index, [name, viewport]] of Object.entries(SIZES).entries()) {
    it(`fills two thirds of the screen with the colour of alerts, however few are open: ${name}`, async () => {
      const service = await shopfront.serve();
      const shop = `fill-${name.replace(' ', '-')}`;
      const till = await shopfront.open(service, { shop, settings: WITHOUT_CHIME, context: { viewport } });
      const buttonAt = async () => (await boxOf(till.popUps.first().getByTestId('acknowledge'))).left;
      let first: number | undefined;
      for (const open of [1, 2, 3, 4, 5]) {
        await payOrder(service.url, `20250306171${index}${open}`, shop);
        await till.popUps.nth(open - 1).waitFor();
        await settled(till.popUps);
        await shoot(till, `${shop}-${open}`);
        const areas = await till.popUps.evaluateAll(
          (cards, { width, height }) =>
            cards.map((card) => {
              const { left, top, right, bottom } = card.getBoundingClientRect();
              return Math.max(0, Math.min(right, width) - left) * Math.max(0, Math.min(bottom, height) - top);
            }),
          viewport,
        );
        const share = areas.reduce((sum, area) => sum + area) / (viewport.width * viewport.height);
        // On its side a phone has the bar, a heading and little else.
        expect(share, `${open} open`).to.be.at.least(name === 'wide phone' ? 1 / 2 : 2 / 3);
        const tail = await fontSizeOf(till.popUps.first().locator('b'));
        expect(tail, 'the end of the number').to.be.at.least(name.includes('phone') ? 48 : 96);
        first ??= await buttonAt();
        expect(await buttonAt(), 'where it was').to.equal(first);
      }
      expect(till.faults).to.deep.equal([]);
    });
  }

  it('keeps the button off the edges of its card at any width, also where others were told', async () => {
    const service = await shopfront.serve({
      // Nothing listens there: whether it arrives is not what this is about.
      ESCALATION_TARGETS: JSON.stringify({
        owner: { kind: 'webhook', url: 'https://127.0.0.1:1/', secret },
      }),
      ESCALATION_POLICY: JSON.stringify({
        steps: [{ afterSeconds: 1, when: 'unacknowledged', targets: ['owner'] }],
        expireAfterSeconds: 600,
      }),
    });
    const till = await shopfront.open(service, { shop: 'edges', settings: WITHOUT_CHIME });
    await payOrder(service.url, '20250306171435', 'edges');
    await till.page.getByTestId('escalated').waitFor();
    for (const [name, viewport] of Object.entries(SIZES)) {
      await till.page.setViewportSize(viewport);
      const card = await boxOf(till.popUps.first());
      const button = await boxOf(till.popUps.first().getByTestId('acknowledge'));
      const gaps = [
        button.left - card.left,
        card.right - button.right,
        button.top - card.top,
        card.bottom - button.bottom,
      ];
      expect(Math.min(...gaps), `${name}: ${gaps.join(', ')}`).to.be.at.least(8);
      await shoot(till, `edges-${name.replace(' ', '-')}`);
    }
  });

  it('has no banner over the heading or the first alert of a phone held sideways', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'sideways', isClicked: false });
    await payOrder(service.url, '20250306171436', 'sideways');
    const banner = till.page.getByTestId('banner-sound');
    const heading = till.page.locator('#open-heading');
    await Promise.all([banner.waitFor(), till.popUps.first().waitFor()]);
    for (const [width, height] of [
      [740, 360],
      [844, 390],
      [667, 375],
      [568, 320],
    ] as const) {
      await till.page.setViewportSize({ width, height });
      const [above, below, button] = await Promise.all([
        boxOf(banner),
        boxOf(heading),
        boxOf(till.popUps.getByTestId('acknowledge')),
      ]);
      expect(below.top, `${width}: the heading`).to.be.at.least(above.bottom);
      expect(button.bottom, `${width}: the button is in sight`).to.be.at.most(height);
    }
    await shoot(till, 'sideways');
  });

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
