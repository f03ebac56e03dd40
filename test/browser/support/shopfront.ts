/** What each file of browser tests stands on: a browser, the built pages, and services that serve them. */

import type { Browser } from 'playwright-core';
import type { Service } from '../../support/service.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';
import { launchChromium } from './chromium.ts';
import { buildPages } from './pages.ts';
import { openTill, type Till, type TillOptions } from './till.ts';

export interface Shopfront {
  readonly surroundings: Surroundings;
  readonly browser: Browser;
  serve(env?: Record<string, string>): Promise<Service>;
  open(service: Service, options?: TillOptions): Promise<Till>;
  /** Closes the windows and stops the services. */
  clear(): Promise<void>;
  tearDown(): Promise<void>;
}

export async function createShopfront(): Promise<Shopfront> {
  const [surroundings, browser, pages] = await Promise.all([
    createSurroundings(),
    launchChromium(),
    buildPages(),
  ]);
  async function clear(): Promise<void> {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await surroundings.clear();
  }
  return {
    surroundings,
    browser,
    serve: (env) => surroundings.serve(env, { pagesDirectory: pages.directory }),
    open: ({ url }, options) => openTill(browser, url, options),
    clear,
    async tearDown() {
      await clear();
      await browser.close();
      pages.remove();
      await surroundings.tearDown();
    },
  };
}
