/**
 * The tones that a merchant chooses from. Pure. A kitchen's noise lies low and wide, and a single sine drowns in it: so each
 * tone has several partials between 1 and 4 kHz, where ears are keenest, and begins within milliseconds.
 */

import { motifOf, type RingKind } from './motifs.ts';

/** In the order in which the settings show them. */
export const TONE_NAMES = ['bell', 'marimba', 'twoTone', 'buzzer', 'beeper'] as const;

export type ToneName = (typeof TONE_NAMES)[number];

export interface TonePartial {
  /** Of the note's pitch. */
  readonly times: number;
  readonly gain: number;
  /** How much of the tail it takes to fade: 0 to 1. */
  readonly tail: number;
}

export interface Tone {
  readonly hz: number;
  readonly wave: 'sine' | 'square' | 'sawtooth';
  readonly partials: readonly TonePartial[];
  /** `struck` falls from its first moment on, `held` stays as loud as it began. */
  readonly shape: 'struck' | 'held';
  /** So long it rings on after its note. */
  readonly tailMs: number;
  /** A note that is held is struck anew so often, as a mallet rolls. */
  readonly rollMs?: number;
  /** Every other strike of a roll is so much higher. */
  readonly alternates?: number;
  /** Gain after the compressor, by which the tones are about equally loud. */
  readonly level: number;
}

export const TONES: Readonly<Record<ToneName, Tone>> = {
  // The partials of a cast bell: prime, tierce, quint, nominal and what is above it.
  bell: {
    hz: 1_046.5,
    wave: 'sine',
    partials: [
      { times: 1, gain: 0.7, tail: 1 },
      { times: 1.2, gain: 0.5, tail: 0.8 },
      { times: 1.5, gain: 0.4, tail: 0.6 },
      { times: 2, gain: 1, tail: 0.9 },
      { times: 2.5, gain: 0.5, tail: 0.5 },
      { times: 3.01, gain: 0.5, tail: 0.4 },
    ],
    shape: 'struck',
    tailMs: 600,
    level: 1.6,
  },
  // A bar's overtone is two octaves up.
  marimba: {
    hz: 880,
    wave: 'sine',
    partials: [
      { times: 1, gain: 1, tail: 1 },
      { times: 2, gain: 0.4, tail: 0.7 },
      { times: 3.93, gain: 0.8, tail: 0.4 },
    ],
    shape: 'struck',
    tailMs: 160,
    rollMs: 75,
    level: 2.1,
  },
  twoTone: {
    hz: 740,
    wave: 'sawtooth',
    partials: [
      { times: 1, gain: 0.6, tail: 1 },
      { times: 2, gain: 0.6, tail: 1 },
    ],
    shape: 'held',
    tailMs: 30,
    rollMs: 75,
    alternates: 1.26,
    level: 1.6,
  },
  // Two reeds that beat.
  buzzer: {
    hz: 330,
    wave: 'sawtooth',
    partials: [
      { times: 1, gain: 0.6, tail: 1 },
      { times: 1.06, gain: 0.6, tail: 1 },
      { times: 4, gain: 0.5, tail: 1 },
    ],
    shape: 'held',
    tailMs: 30,
    level: 1.8,
  },
  beeper: {
    hz: 1_318.5,
    wave: 'square',
    partials: [
      { times: 1, gain: 0.7, tail: 1 },
      { times: 2, gain: 0.5, tail: 1 },
    ],
    shape: 'held',
    tailMs: 15,
    level: 1,
  },
};

const DAMPED = 0.3;

/** One strike of one note: `ms` until it is no longer held, then it fades. */
export interface Stroke {
  readonly hz: number;
  readonly atMs: number;
  readonly ms: number;
  readonly tailMs: number;
}

export function strokesOf(tone: Tone, kind: RingKind): readonly Stroke[] {
  return motifOf(kind).flatMap(({ times, atMs, ms, isDamped = false }) => {
    const hz = tone.hz * times;
    const everyMs = tone.rollMs ?? ms;
    const strokes = Math.max(1, Math.round(ms / everyMs));
    return Array.from({ length: strokes }, (_, index) => ({
      hz: index % 2 === 0 ? hz : hz * (tone.alternates ?? 1),
      atMs: atMs + index * everyMs,
      ms: ms / strokes,
      tailMs: isDamped ? tone.tailMs * DAMPED : tone.tailMs,
    }));
  });
}

/** Milliseconds until the last note has faded. */
export function lengthMs({ tone, kind }: { readonly tone: ToneName; readonly kind: RingKind }): number {
  return Math.max(...strokesOf(TONES[tone], kind).map(({ atMs, ms, tailMs }) => atMs + ms + tailMs));
}
