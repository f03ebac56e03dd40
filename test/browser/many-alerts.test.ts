/** A day out of hand: thousands of open alerts, and hundreds that one press acknowledges. What it costs is printed. */

import { expect } from 'chai';
import type { CDPSession, Page } from 'playwright-core';
import { ask } from '../support/http-client.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { shoot, type Till, untilReadable, WITHOUT_CHIME } from './support/till.ts';

declare global {
  interface Window {
    /** When the newest frame came over the link, by the page's clock. */
    frameAt: number;
    longestTaskMs: number;
  }
}

/** Runs in the page, before its own scripts. */
function watchFrames(): void {
  window.frameAt = 0;
  window.longestTaskMs = 0;
  const Real = WebSocket;
  window.WebSocket = new Proxy(Real, {
    construct(target, given: [string, string[]]) {
      const socket = Reflect.construct(target, given);
      // Before the page's own listener.
      socket.addEventListener('message', () => {
        window.frameAt = performance.now();
      });
      return socket;
    },
  });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      window.longestTaskMs = Math.max(window.longestTaskMs, duration);
  }).observe({ type: 'longtask', buffered: true });
}

/** From the frame with the next alert to the first frame of the screen that shows the count with it. */
function nextPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const count = document.querySelector('[data-testid=open-count]');
        if (count === null) return;
        const observer = new MutationObserver(() => {
          observer.disconnect();
          const { frameAt } = window;
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - frameAt)));
        });
        observer.observe(count, { childList: true, characterData: true, subtree: true });
      }),
  );
}

async function heapOf(debug: CDPSession): Promise<number> {
  await debug.send('HeapProfiler.collectGarbage');
  return (await debug.send('Runtime.getHeapUsage')).usedSize;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

describe('very many alerts', function () {
  this.timeout(180_000);
  let shopfront: Shopfront;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(() => shopfront.clear());
  after(() => shopfront.tearDown());

  const untilOpen = ({ page }: Till, count: number) =>
    page
      .getByTestId('open-count')
      .filter({ hasText: String(count) })
      .waitFor({ timeout: 60_000 });

  it('leave the page quick and small: 2,500 open', async () => {
    const service = await shopfront.serve();
    const shop = 'thousands';
    const till = await shopfront.open(service, { shop, settings: WITHOUT_CHIME });
    const { page } = till;
    await till.context.addInitScript(watchFrames);
    await page.reload();
    await till.live();
    const debug = await till.context.newCDPSession(page);
    const before = await heapOf(debug);
    await shopfront.surroundings.pay(shop, 1, 2_000);
    await untilOpen(till, 2_000);
    const grown = (await heapOf(debug)) - before;
    await shopfront.surroundings.pay(shop, 2_001, 2_500);
    await untilOpen(till, 2_500);

    const paints: number[] = [];
    for (let next = 2_501; next <= 2_511; next++) {
      const painted = nextPaint(page);
      await shopfront.surroundings.pay(shop, next, next);
      paints.push(await painted);
    }
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    await page.evaluate(() => {
      window.longestTaskMs = 0;
    });
    await page.getByTestId('history').click();
    await page.getByTestId('search').fill('2505');
    await till.rows.filter({ hasText: '2505' }).waitFor();
    const longest = await page.evaluate(() => window.longestTaskMs);
    await shoot(till, 'thousands');
    console.log(
      [
        `heap: ${mb(before)}, and ${mb(grown)} more with 2,000 open alerts`,
        `elements with 2,511 open alerts: ${nodes}`,
        `from frame to paint: median ${median(paints).toFixed(0)} ms, longest ${Math.max(...paints).toFixed(0)} ms`,
        `longest task of opening the list and searching it: ${longest.toFixed(0)} ms`,
      ].join('\n'),
    );
    expect(grown, 'bytes').to.be.below(20_000_000);
    expect(nodes).to.be.below(6_000);
    expect(median(paints), 'ms').to.be.below(300);
    expect(longest, 'ms').to.be.below(1_000);
    expect(till.faults).to.deep.equal([]);
  });

  it('are acknowledged by one press, at both tills within two seconds: 500', async () => {
    const service = await shopfront.serve();
    const shop = 'hundreds';
    const open = () => shopfront.open(service, { shop, settings: WITHOUT_CHIME });
    const [presser, other] = [await open(), await open()];
    const sent: string[] = [];
    presser.page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => sent.push(String(payload))),
    );
    await presser.page.reload();
    await presser.live();
    await shopfront.surroundings.pay(shop, 1, 500);
    await Promise.all([presser, other].map((till) => untilOpen(till, 500)));
    await untilReadable(presser);
    await presser.page.keyboard.press('Shift+F2');
    const yes = presser.page.getByTestId('confirm-yes');
    await yes.waitFor();
    // Receipts come in the order of the log: the rows that the list has at first are of the last hundred.
    const settled = [presser, other].map(({ page }) =>
      page.waitForFunction(
        () => document.querySelectorAll('[data-testid=alert-row][data-status=acknowledged]').length === 100,
        undefined,
        { polling: 'raf' },
      ),
    );
    const pressedAt = performance.now();
    await yes.click();
    await Promise.all(settled);
    const tookMs = performance.now() - pressedAt;
    console.log(`from the press to 500 receipts on both tills: ${tookMs.toFixed(0)} ms`);
    expect(tookMs).to.be.below(2_000);
    await Promise.all([presser, other].map(({ page }) => page.getByTestId('none-open').waitFor()));
    const { notifications } = (await ask(service.url, `/shops/${shop}/notifications?limit=500`)).body.data;
    expect(notifications.filter(({ ackedBy }: { ackedBy?: string }) => ackedBy !== undefined)).to.have.length(
      500,
    );
    const acks = sent.map((frame) => JSON.parse(frame)).filter(({ kind }) => kind === 'ack');
    expect(acks.flatMap(({ seqs }) => seqs)).to.have.length(500);
    expect(acks.length, 'frames, of 4 KiB at the most').to.be.at.most(3);
  });
});
