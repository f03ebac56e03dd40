/**
 * What the console weighs, how soon it is live on a slow link, how long a payment takes to the screen, and how much of the screen the
 * alerts take. `MEASURE=true` measures long enough for the README, and prints; else it shows that it measures, and asserts no time.
 */

import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { payOrder, WITHOUT_CHIME } from './support/till.ts';

const IS_LONG = process.env.MEASURE === 'true';
const PAYMENTS = IS_LONG ? 200 : 5;
const BETWEEN_MS = 500;

/** DevTools' "Slow 3G". It slows HTTP; Chromium leaves WebSockets as they are. */
const SLOW_3G = {
  ...{ offline: false, latency: 400 },
  ...{ downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 },
};

const SIZES = [
  [360, 740],
  [390, 844],
  [820, 1180],
  [1280, 800],
  [1920, 1080],
] as const;

declare global {
  interface Window {
    liveAfterMs?: number;
    paintedAt: Record<string, number>;
  }
}

describe('the figures of the console', function () {
  this.timeout(IS_LONG ? 300_000 : 60_000);
  let shopfront: Shopfront;
  const print = (...words: unknown[]) => IS_LONG && console.log('     ', ...words);
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  it('are its weight, and the time until it is live on slow 3G with nothing cached', async () => {
    const { url } = await shopfront.serve();
    for (let times = 0; times < (IS_LONG ? 3 : 1); times++) {
      const context = await shopfront.browser.newContext();
      const page = await context.newPage();
      const devTools = await context.newCDPSession(page);
      await devTools.send('Network.enable');
      await devTools.send('Network.emulateNetworkConditions', SLOW_3G);
      await page.addInitScript(noteLive);
      await page.goto(`${url}/?shop=slow`);
      await page.waitForFunction(() => window.liveAfterMs !== undefined);
      const files = await page.evaluate(filesOf);
      const bytes = files.reduce((sum, [, size]) => sum + size, 0);
      expect(bytes).to.be.within(1_000, 500_000);
      const liveAfterMs = await page.evaluate(() => window.liveAfterMs ?? 0);
      print(`live after ${Math.round(liveAfterMs)} ms, ${bytes} bytes in ${files.length} files`);
      if (times === 0) for (const [name, size] of files) print(`  ${name} ${size}`);
      await context.close();
    }
  });

  it('are the time from a payment to its card on the screen', async () => {
    const service = await shopfront.serve({ LIMITS_REQUESTS_PER_SECOND: '1000' });
    const till = await shopfront.open(service, { shop: 'timed', settings: WITHOUT_CHIME });
    await till.page.evaluate(notePainted);
    const times: number[] = [];
    for (let nth = 0; nth < PAYMENTS; nth++) {
      const number = `M${100_000 + nth}`;
      const [began] = await Promise.all([pay(service.url, number), pause(BETWEEN_MS)]);
      const at = await till.page.waitForFunction((key) => window.paintedAt[key], number);
      times.push(((await at.jsonValue()) ?? 0) - began);
      await till.page.keyboard.press('F2');
    }
    times.sort((a, b) => a - b);
    const quantile = (share: number) => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(1);
    print(`payment to painted: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, of ${times.length}`);
    expect(times.every((time) => time > 0)).to.equal(true);
  });

  it('are the share of the screen that the alerts take', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'share', settings: WITHOUT_CHIME });
    for (const [open, number] of [
      [1, '202503061714350001'],
      [4, '202503061714350002'],
    ] as const) {
      await payOrder(service.url, number, 'share');
      if (open > 1) await shopfront.surroundings.pay('share', 1, 2);
      await till.popUps.nth(open - 2 < 0 ? 0 : open - 1).waitFor();
      for (const [width, height] of SIZES) {
        await till.page.setViewportSize({ width, height });
        await settle(till.page);
        const { share, tail } = await till.page.evaluate(shareOfAlerts);
        print(
          `${open} open at ${width}x${height}: ${(share * 100).toFixed(0)} %, end of the number ${tail} px`,
        );
        expect(share).to.be.within(0.01, 1);
      }
    }
  });
});

/** Resolves with when the payment was sent, in milliseconds since 1970. */
async function pay(url: string, number: string): Promise<number> {
  const created = await fetch(`${url}/orders`, jsonOf({ number, shopId: 'timed', amount: 100 }));
  expect(created.status).to.equal(201);
  const began = performance.timeOrigin + performance.now();
  await fetch(`${url}/payments/notify`, jsonOf({ outTradeNo: number }));
  return began;
}

function jsonOf(body: object): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Two frames: what was to move has moved. */
function settle(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}

/** In the page, before its own scripts. */
function noteLive(): void {
  new MutationObserver(() => {
    if (document.querySelector('[data-testid=link][data-state=live]') !== null)
      window.liveAfterMs ??= performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true });
}

/** In the page: the frame with a card's number in it was painted before the task that notes it. */
function notePainted(): void {
  window.paintedAt = {};
  new MutationObserver(() => {
    for (const card of document.querySelectorAll('[data-testid=pop-up]')) {
      const [number] = /M\d{6}/.exec(card.textContent ?? '') ?? [];
      if (number === undefined || number in window.paintedAt) continue;
      window.paintedAt[number] = 0;
      requestAnimationFrame(() => {
        setTimeout(() => {
          window.paintedAt[number] = performance.timeOrigin + performance.now();
        });
      });
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** In the page: each file that was asked for before it was live, and its bytes as they were sent. */
function filesOf(): [string, number][] {
  const entries = [
    ...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource'),
  ];
  const liveAfterMs = window.liveAfterMs ?? 0;
  return entries
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter(({ startTime }) => startTime < liveAfterMs)
    .map((entry) => [new URL(entry.name).pathname, entry.encodedBodySize]);
}

/** In the page: which part of the window cards cover, and the size of the end of the first number. */
function shareOfAlerts(): { share: number; tail: number } {
  const { innerWidth, innerHeight } = window;
  let area = 0;
  const cards = document.querySelectorAll('[data-testid=pop-up]');
  for (const card of cards) {
    const { left, right, top, bottom } = card.getBoundingClientRect();
    const width = Math.min(right, innerWidth) - Math.max(left, 0);
    const height = Math.min(bottom, innerHeight) - Math.max(top, 0);
    area += Math.max(0, width) * Math.max(0, height);
  }
  const tail = cards[0]?.querySelector('.number b');
  const size = tail == null ? 0 : Number.parseFloat(getComputedStyle(tail).fontSize);
  return { share: area / (innerWidth * innerHeight), tail: Math.round(size) };
}
