/** What a page wants spoken, as the fake in it sees it. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { SpeechMode, Utterance } from './fake-speech.ts';

let script: Promise<string> | undefined;

async function bundleFake(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('fake-speech.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** The script to run before the page's own. */
export async function fakeSpeech(mode: SpeechMode): Promise<string> {
  script ??= bundleFake();
  return `window.speechMode = '${mode}';\n${await script}`;
}

/** Before the page is opened. */
export async function observeSpeech(page: Page, mode: SpeechMode): Promise<void> {
  await page.addInitScript({ content: await fakeSpeech(mode) });
}

/** All that was to be said so far; the silent utterances that unlock sound are left out. */
export function spokenBy(page: Page): Promise<Utterance[]> {
  return page.evaluate(() => window.observedSpeech.spoken.filter(({ text }) => text.trim() !== ''));
}

/** How many of these were said to their end. */
export function endedBy(page: Page): Promise<number> {
  return page.evaluate(() => window.observedSpeech.ended);
}

export function chimesOf(page: Page): Promise<number> {
  return page.evaluate(() => window.observedSpeech.chimes);
}

export function cancelledBy(page: Page): Promise<number> {
  return page.evaluate(() => window.observedSpeech.cancelled);
}

export function changeSpeech(page: Page, mode: SpeechMode): Promise<void> {
  return page.evaluate((wanted) => {
    window.observedSpeech.mode = wanted;
  }, mode);
}
