/**
 * Draws the icons that the console is installed with, out of its small one, into `src/console/icons/`: run by hand after
 * that one has changed, with `npx tsx src/dev/draw-icons.ts`. It needs Chromium.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { installPrograms } from './install.ts';
import { which } from './programs.ts';

const SOURCES = fileURLToPath(new URL('../console/', import.meta.url));
const SIZES = [192, 512];

const svg = await readFile(join(SOURCES, 'favicon.svg'), 'utf8');
const corners = ' rx="8"';
if (!svg.includes(corners)) throw new Error('the icon has no round corners to take away');
/** A system cuts a full icon into its own shape: only the middle four fifths are sure to be seen. */
const full = svg
  .replace(corners, '')
  .replace('<g ', '<g transform="translate(16 16) scale(0.8) translate(-16 -16)" ');

if (which('chromium') === undefined) await installPrograms(['chromium'], (line) => console.log(line));
const browser = await chromium.launch({
  executablePath: which('chromium') ?? 'chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage();
  await mkdir(join(SOURCES, 'icons'), { recursive: true });
  for (const [name, drawing] of Object.entries({ round: svg, full })) {
    for (const size of SIZES) {
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(
        `<style>body { margin: 0 } svg { display: block; width: ${size}px }</style>${drawing}`,
      );
      const picture = await page.screenshot({ omitBackground: true });
      await writeFile(join(SOURCES, 'icons', `${name}-${size}.png`), picture);
    }
  }
} finally {
  await browser.close();
}
