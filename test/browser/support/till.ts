/** A till: the console in a window of the real browser, with what a test looks at. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { ask } from '../../support/http-client.ts';
import type { SpeechMode } from './fake-speech.ts';
import { observeSpeech, spokenBy } from './speech.ts';

export interface TillOptions {
  shop?: string;
  /** Goes into the fragment of the address. */
  token?: string;
  /** The browser's language. */
  locale?: string;
  speech?: SpeechMode;
  /** Somebody has clicked on the page, so that it may sound. */
  isClicked?: boolean;
  /** Another tab of that browser, instead of a browser of its own. */
  beside?: Till;
  /** What the merchant chose before: over the defaults. */
  settings?: object;
  context?: BrowserContextOptions;
  /** By so much the till's own clock is ahead; behind where negative. */
  clockOffMs?: number;
  /** Before the page opens. */
  prepare?(page: Page): Promise<void>;
}

export interface Till {
  page: Page;
  context: BrowserContext;
  /** Exceptions, and what the page was refused by its own policy. */
  faults: string[];
  popUps: Locator;
  rows: Locator;
  /** Waits until the link is live. */
  live(): Promise<void>;
  /** Waits until all that was said so far is this. */
  says(texts: readonly string[]): Promise<void>;
}

/** Under it no chime delays the words, and an acknowledgement is sent at once. */
export const WITHOUT_CHIME = { chime: false, undoSeconds: 0 };

export async function openTill(browser: Browser, url: string, options: TillOptions = {}): Promise<Till> {
  const { shop = 'default', token, locale = 'en-US', speech = 'ends', isClicked = true, beside } = options;
  const context =
    beside?.context ??
    (await browser.newContext({ locale, viewport: { width: 1280, height: 800 }, ...options.context }));
  if (beside === undefined && options.settings !== undefined) {
    await context.addInitScript(
      (settings) => localStorage.setItem('orderbell.settings', settings),
      JSON.stringify(options.settings),
    );
  }
  if (options.clockOffMs !== undefined) await context.addInitScript(shiftClock, options.clockOffMs);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // A link that is cut says so by itself; that is no fault of the page.
    if (message.type() === 'error' && !/WebSocket|ERR_|Failed to load resource/.test(message.text())) {
      faults.push(message.text());
    }
  });
  await observeSpeech(page, speech);
  await options.prepare?.(page);
  await page.goto(`${url}/?shop=${shop}${token === undefined ? '' : `#token=${token}`}`);
  const till: Till = {
    page,
    context,
    faults,
    popUps: page.getByTestId('pop-up'),
    rows: page.getByTestId('alert-row'),
    async live() {
      await page.locator('[data-testid=link][data-state=live]').waitFor();
    },
    async says(texts) {
      await eventually(async () =>
        expect((await spokenBy(page)).map(({ text }) => text)).to.deep.equal(texts),
      );
    },
  };
  await till.live();
  if (isClicked) await page.getByTestId('shop').click();
  return till;
}

/** Runs in the page: whatever asks for the time gets another one. */
function shiftClock(ms: number): void {
  const Real = Date;
  // Methods only: the compiler marks functions that get a name by something that the page does not have.
  window.Date = new Proxy(Real, {
    construct(target, given: []) {
      return Reflect.construct(target, given.length === 0 ? [Real.now() + ms] : given);
    },
    get(target, name) {
      if (name === 'now') return () => Real.now() + ms;
      return Reflect.get(target, name);
    },
  });
}

/** Resolves with the envelope's `data`. */
export async function post(url: string, path: string, body?: unknown): Promise<{ id: number }> {
  const answer = await ask(url, path, { method: 'POST', body });
  expect(answer.status, answer.text).to.be.lessThan(300);
  return answer.body.data;
}

/** Creates an order and pays it; resolves with its id. */
export async function payOrder(url: string, number: string, shopId = 'default'): Promise<number> {
  const { id } = await post(url, '/orders', { number, shopId, amount: 4200 });
  await post(url, '/payments/notify', { outTradeNo: number });
  return id;
}

/** What came within the last second is left out of "all": waits until it is over by the page's own clock. */
export async function untilReadable({ page }: Till): Promise<void> {
  const now = await page.evaluate(() => performance.now());
  await page.waitForFunction((since) => performance.now() > since + 1_000, now);
}

const SCREENSHOTS = 'coverage/screenshots';

/** For people to look at: nothing compares them. */
export async function shoot({ page }: Till, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
}
