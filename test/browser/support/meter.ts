/** Renders rings in a page of the real browser and measures them there. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import type { Loudness } from './loudness.ts';
import type { Rendering } from './rendering.ts';

export interface Meter {
  measure(rendering: Rendering): Promise<Loudness>;
  /** The power of each 10 ms. */
  envelope(rendering: Rendering): Promise<number[]>;
}

export async function openMeter(browser: Browser): Promise<Meter> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('rendering.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
  });
  const page = await browser.newPage();
  await page.evaluate(outputFiles[0]?.text ?? '');
  return {
    measure: (rendering) => page.evaluate((it) => window.measureRings(it), rendering),
    envelope: (rendering) => page.evaluate((it) => window.envelopeOf(it), rendering),
  };
}
