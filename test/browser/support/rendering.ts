/** Runs in the page: renders a minute of rings by an OfflineAudioContext, as fast as the machine can, and measures it there. */

import type { RingKind } from '../../../src/console/sound/motifs.ts';
import type { ToneName } from '../../../src/console/sound/tones.ts';
import { playMelody } from '../../../src/console/sound/web-audio.ts';
import { type Loudness, loudnessOf, meanSquares, SAMPLE_RATE } from './loudness.ts';
import { playOldChime } from './old-chime.ts';

export interface Rendering {
  tone: ToneName | 'old';
  kind: 'paid' | 'reminded';
  volume: number;
  /** When each ring begins, in milliseconds. */
  atMs: readonly number[];
  seconds: number;
}

declare global {
  interface Window {
    measureRings(rendering: Rendering): Promise<Loudness>;
    /** The power of each 10 ms. */
    envelopeOf(rendering: Rendering): Promise<number[]>;
  }
}

async function render({ tone, kind, volume, atMs, seconds }: Rendering): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, seconds * SAMPLE_RATE, SAMPLE_RATE);
  const play = () =>
    tone === 'old'
      ? playOldChime(context, kind)
      : playMelody(context, { tone, kind: kind satisfies RingKind, volume }, () => {});
  for (const at of atMs) {
    void context.suspend(at / 1000).then(() => {
      play();
      return context.resume();
    });
  }
  return (await context.startRendering()).getChannelData(0);
}

window.measureRings = async (rendering) => loudnessOf(await render(rendering));
window.envelopeOf = async (rendering) => meanSquares(await render(rendering), 0.01, 0.01);
