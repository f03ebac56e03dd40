/**
 * Loudness of a mono signal at 48 kHz by ITU-R BS.1770-4: K-weighting, mean square, in LUFS; integrated over all of it, and gated
 * (blocks of 400 ms that overlap by three quarters; those below −70 LUFS, then those 10 LU below the rest, are left out).
 */

export interface Loudness {
  /** dBFS: root of the mean square of all samples, and the highest one. */
  readonly rms: number;
  readonly peak: number;
  /** LUFS. */
  readonly ungated: number;
  readonly gated: number;
  /** LUFS of the loudest block of 400 ms. */
  readonly momentary: number;
  /** Of the time: blocks of 10 ms above −50 dBFS. */
  readonly share: number;
}

export const SAMPLE_RATE = 48_000;

/** The filters of the recommendation's tables 1 and 2. */
const SHELF = {
  b: [1.53512485958697, -2.69169618940638, 1.19839281085285],
  a: [-1.69065929318241, 0.73248077421585],
} as const;
const HIGH_PASS = { b: [1, -2, 1], a: [-1.99004745483398, 0.99007225036621] } as const;

export function loudnessOf(samples: Float32Array): Loudness {
  const weighted = filter(filter(samples, SHELF), HIGH_PASS);
  const blocks = meanSquares(weighted, 0.4, 0.1);
  const loud = blocks.filter((power) => lufs(power) > -70);
  const gate = lufs(mean(loud)) - 10;
  const tenths = meanSquares(samples, 0.01, 0.01);
  return {
    rms: decibels(mean(squares(samples))),
    peak: decibels(squares(samples).reduce((most, square) => Math.max(most, square), 0)),
    ungated: lufs(mean(squares(weighted))),
    gated: lufs(mean(loud.filter((power) => lufs(power) > gate))),
    momentary: lufs(blocks.reduce((most, power) => Math.max(most, power), 0)),
    share: tenths.filter((power) => decibels(power) > -50).length / tenths.length,
  };
}

type Taps = { readonly b: readonly [number, number, number]; readonly a: readonly [number, number] };

function filter(samples: Float32Array, { b, a }: Taps): Float32Array {
  const out = new Float32Array(samples.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let index = 0; index < samples.length; index++) {
    const x = samples[index] ?? 0;
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    out[index] = y;
  }
  return out;
}

export function meanSquares(samples: Float32Array, seconds: number, stepSeconds: number): number[] {
  const length = Math.round(seconds * SAMPLE_RATE);
  const step = Math.round(stepSeconds * SAMPLE_RATE);
  const blocks: number[] = [];
  for (let from = 0; from + length <= samples.length; from += step) {
    blocks.push(mean(squares(samples.subarray(from, from + length))));
  }
  return blocks;
}

function squares(samples: Float32Array): Float32Array {
  return samples.map((sample) => sample * sample);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return values.length === 0 ? 0 : sum / values.length;
}

function decibels(power: number): number {
  return 10 * Math.log10(Math.max(power, 1e-15));
}

function lufs(power: number): number {
  return decibels(power) - 0.691;
}
