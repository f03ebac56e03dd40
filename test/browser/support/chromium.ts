/** The real browser: the machine's Chromium, headless, with a fresh profile, that talks to nobody but the page's server. */

import { type Browser, chromium } from 'playwright-core';
import { installPrograms } from '../../../src/dev/install.ts';
import { which } from '../../../src/dev/programs.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** What Chromium does of its own accord, and a test must not: look for updates, phone home, ask questions. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox', // it refuses to run as root with one
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** Starts it, and installs Debian's first where there is none. Close it to end it; its profile goes with it. */
export async function launchChromium(extraArguments: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumPath(),
    headless: true,
    args: [...CHROMIUM_ARGUMENTS, ...extraArguments],
  });
}

/** The machine's, and installs Debian's where there is none. */
export async function chromiumPath(): Promise<string> {
  const found = process.env.CHROMIUM || find();
  if (found !== undefined) return found;
  await installPrograms(['chromium'], (line) => console.log(line));
  const installed = find();
  if (installed === undefined) throw new Error('Chromium was installed, but is in no directory of PATH');
  return installed;
}

function find(): string | undefined {
  return NAMES.map((name) => which(name)).find((path) => path !== undefined);
}
