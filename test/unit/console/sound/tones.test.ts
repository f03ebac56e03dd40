/** The tones, as what they play. How loud they are is measured in `test/browser/loudness.test.ts`. */

import { expect } from 'chai';
import { motifOf } from '../../../../src/console/sound/motifs.ts';
import { lengthMs, strokesOf, TONE_NAMES, TONES, type Tone } from '../../../../src/console/sound/tones.ts';

const KINDS = ['paid', 'reminded', 'linkLost'] as const;

/** What a wave is made of, by its multiples. */
const HARMONICS: Readonly<Record<Tone['wave'], readonly number[]>> = {
  sine: [1],
  square: [1, 3, 5, 7, 9],
  sawtooth: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
};

function partialsOf(tone: Tone, hz: number): number[] {
  const all = tone.partials.flatMap(({ times }) =>
    HARMONICS[tone.wave].map((multiple) => hz * times * multiple),
  );
  return [...new Set(all.map(Math.round))];
}

describe('the motifs', () => {
  it('are told apart by their movement: an order rises, a reminder knocks, a lost link falls', () => {
    const movement = (kind: (typeof KINDS)[number]) => {
      const pitches = motifOf(kind).map(({ times }) => times);
      return Math.sign((pitches.at(-1) ?? 0) - (pitches[0] ?? 0));
    };
    expect(KINDS.map(movement)).to.deep.equal([1, 0, -1]);
    expect(motifOf('other')).to.equal(motifOf('paid'));
  });
});

describe('the tones', () => {
  for (const name of TONE_NAMES) {
    const tone = TONES[name];

    it(`are short, so that the words soon follow: ${name}`, () => {
      for (const kind of KINDS) expect(lengthMs({ tone: name, kind }), kind).to.be.within(900, 2_300);
    });

    it(`have two partials or more where ears are keenest, in each note: ${name}`, () => {
      for (const kind of ['paid', 'reminded'] as const) {
        for (const { hz } of strokesOf(tone, kind)) {
          const keen = partialsOf(tone, hz).filter((partial) => partial >= 1_000 && partial <= 4_000);
          expect(keen, `${kind} at ${hz} Hz`).to.have.length.at.least(2);
        }
      }
    });

    it(`fill each note with strokes, and begin none after it: ${name}`, () => {
      for (const kind of KINDS) {
        const last = motifOf(kind).at(-1);
        const strokes = strokesOf(tone, kind);
        expect(strokes.length).to.be.at.least(motifOf(kind).length);
        expect(strokes.at(-1)?.atMs).to.be.below((last?.atMs ?? 0) + (last?.ms ?? 0));
      }
    });
  }
});
