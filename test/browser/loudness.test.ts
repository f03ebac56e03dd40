/**
 * How loud the chimes are over a minute, by ITU-R BS.1770, rendered by the browser's own Web Audio; and against the one chime of
 * before there were tones. `PRINT_LOUDNESS=true` prints the figures.
 */

import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { TONE_NAMES, type ToneName } from '../../src/console/sound/tones.ts';
import { launchChromium } from './support/chromium.ts';
import { type Loudness, loudnessOf, SAMPLE_RATE } from './support/loudness.ts';
import { type Meter, openMeter } from './support/meter.ts';
import { type Kind, oldRingTimes, ringTimes } from './support/ring-times.ts';

const KINDS = ['paid', 'reminded'] as const;
const PAUSES = [30, 10, 5, 1] as const;

describe('the loudness of the chimes', function () {
  this.timeout(120_000);
  let browser: Browser;
  let meter: Meter;
  before(async () => {
    browser = await launchChromium();
    meter = await openMeter(browser);
  });
  after(() => browser.close());

  /** A minute in which an alert stays open. */
  async function minuteOf(tone: ToneName | 'old', kind: Kind, pause: number): Promise<Loudness> {
    const atMs = tone === 'old' ? oldRingTimes(kind, pause) : await ringTimes(tone, kind, pause);
    const loudness = await meter.measure({ tone, kind, volume: 1, atMs, seconds: 60 });
    print([tone, kind, `${pause} s`, atMs.length], loudness);
    return loudness;
  }

  const once = (tone: ToneName, kind: Kind, volume = 1) => ({ tone, kind, volume, atMs: [0], seconds: 2.5 });

  it('is measured as the recommendation has it: a sine of 997 Hz at full scale has −3.01 LUFS', () => {
    const sine = Float32Array.from({ length: 5 * SAMPLE_RATE }, (_, index) =>
      Math.sin((2 * Math.PI * 997 * index) / SAMPLE_RATE),
    );
    const { ungated, gated, rms, peak } = loudnessOf(sine);
    for (const measured of [ungated, gated, rms]) expect(measured).to.be.closeTo(-3.01, 0.005);
    expect(peak).to.be.closeTo(0, 0.01);
    const silentHalf = new Float32Array(2 * sine.length);
    silentHalf.set(sine);
    const half = loudnessOf(silentHalf);
    expect(half.ungated).to.be.closeTo(-6.02, 0.005);
    expect(half.gated, 'silence is left out').to.be.closeTo(-3.01, 0.2);
    expect(half.share).to.be.closeTo(0.5, 0.001);
  });

  for (const tone of TONE_NAMES) {
    it(`is ten units above the old chime over a minute, and clips nowhere: ${tone}`, async () => {
      for (const kind of KINDS) {
        const [before, after] = [await minuteOf('old', kind, 30), await minuteOf(tone, kind, 30)];
        expect(after.ungated - before.ungated, `${kind}, all of the minute`).to.be.at.least(10);
        expect(after.gated - before.gated, `${kind}, while it sounds`).to.be.at.least(6);
        expect(after.peak, kind).to.be.below(-0.1);
      }
    });

    it(`grows as the pause shrinks, and fills most of the minute where it rings on and on: ${tone}`, async () => {
      const minutes: Loudness[] = [];
      for (const pause of PAUSES) minutes.push(await minuteOf(tone, 'paid', pause));
      const ungated = minutes.map((minute) => minute.ungated);
      expect(ungated).to.deep.equal([...ungated].sort((a, b) => a - b));
      expect(minutes.at(-1)?.share).to.be.at.least(0.45);
      for (const { peak } of minutes) expect(peak).to.be.below(-0.1);
    });

    it(`follows the volume: ${tone}`, async () => {
      const [full, half] = [
        await meter.measure(once(tone, 'paid')),
        await meter.measure(once(tone, 'paid', 0.5)),
      ];
      expect(full.ungated - half.ungated).to.be.closeTo(6.02, 0.01);
    });

    it(`tells a reminder from a new order by its rhythm: ${tone}`, async () => {
      const [order, reminder] = [
        await meter.envelope(once(tone, 'paid')),
        await meter.envelope(once(tone, 'reminded')),
      ];
      expect(onsetsOf(order), 'a rise flows').to.be.at.most(3);
      expect(onsetsOf(reminder), 'four times two strikes').to.be.at.least(7);
    });
  }

  it('was that of another chime before, of which the same is measured', async () => {
    for (const pause of PAUSES.slice(0, 3)) for (const kind of KINDS) await minuteOf('old', kind, pause);
    const { peak, ungated } = await minuteOf('old', 'paid', 30);
    expect(peak).to.be.closeTo(-1.7, 0.1);
    expect(ungated).to.be.closeTo(-30.3, 0.2);
  });
});

/** How often it grows by 6 dB or more within 30 ms, each at least 60 ms after the one before. */
function onsetsOf(envelope: readonly number[]): number {
  let onsets = 0;
  let last = Number.NEGATIVE_INFINITY;
  envelope.forEach((power, index) => {
    const before = envelope[index - 3] ?? 0;
    if (power < 1e-3 || power < 4 * before || index - last < 6) return;
    onsets++;
    last = index;
  });
  return onsets;
}

function print(labels: readonly (string | number)[], loudness: Loudness): void {
  if (process.env.PRINT_LOUDNESS === undefined) return;
  const { share, ...levels } = loudness;
  const words = Object.entries(levels).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  console.log([...labels, ...words, `share ${(100 * share).toFixed(1)} %`].join(' | '));
}
