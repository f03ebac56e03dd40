/** When an alert that stays open rings within a minute. Its words are spoken in 3 s, as a voice at speed 1 takes for them. */

import { defaultSettings } from '../../../src/console/sound/settings.ts';
import type { ToneName } from '../../../src/console/sound/tones.ts';
import { createFakeBrowser, paid, reminded } from '../../support/sound/fake-tabs.ts';
import { OLD_LENGTH_MS } from './old-chime.ts';

const MINUTE_MS = 60_000;
const WORDS_MS = 3_000;

export type Kind = 'paid' | 'reminded';

/** By the console's own decisions, on a clock that the test turns. In milliseconds from the moment in which the alert comes. */
export async function ringTimes(tone: ToneName, kind: Kind, repeatSeconds: number): Promise<number[]> {
  const { clock, open } = createFakeBrowser();
  const untilHandled = repeatSeconds === 1;
  const { sound, audio, synthesis } = open({
    settings: { ...defaultSettings('zh'), tone, repeatSeconds, untilHandled },
  });
  synthesis.behaviour = [
    { afterMs: 50, what: 'start' },
    { afterMs: WORDS_MS, what: 'end' },
  ];
  await clock.advance(1_000); // it has the lead
  const cameAt = clock.steadyNow();
  sound.ring([kind === 'paid' ? paid(1) : reminded(1)]);
  await clock.advance(MINUTE_MS);
  sound.stop();
  return audio.playedAt.map((at) => at - cameAt).filter((at) => at < MINUTE_MS);
}

/** The same for the chime of before: a moment after the alert has come, then after each pause. */
export function oldRingTimes(kind: Kind, repeatSeconds: number): number[] {
  const everyMs = OLD_LENGTH_MS[kind] + WORDS_MS + repeatSeconds * 1000;
  return Array.from({ length: 60 }, (_, index) => 400 + index * everyMs).filter((at) => at < MINUTE_MS);
}
