/** One utterance, by a fake synthesis that does whatever a browser may do: it ends once, and in time. */

import { expect } from 'chai';
import fc from 'fast-check';
import type { SpokenWords } from '../../../../src/console/sound/parts.ts';
import { createSpeech, limitMs, type SpeechEnding, START_MS } from '../../../../src/console/sound/speech.ts';
import { createFakeClock } from '../../../support/sound/fake-clock.ts';
import {
  type Behaviour,
  createFakeSynthesis,
  fails,
  type Heard,
  NEVER_ENDS,
  refuses,
  SPEAKS,
  STAYS_SILENT,
  voice,
} from '../../../support/sound/fake-synthesis.ts';

const TEXT = '您有新的订单，尾号 0 0 0 1';

function wordsOf(words: Partial<SpokenWords> = {}): SpokenWords {
  return { text: TEXT, lang: 'zh-CN', voice: undefined, rate: 1, volume: 1, ...words };
}

function speechOf(behaviour: Behaviour) {
  const clock = createFakeClock();
  const synthesis = createFakeSynthesis(clock);
  synthesis.behaviour = behaviour;
  const speech = createSpeech(synthesis, clock);
  const abort = new AbortController();
  const endings: SpeechEnding[] = [];
  const say = (words?: Partial<SpokenWords>) => {
    speech.say(wordsOf(words), abort.signal).then((ending) => endings.push(ending));
  };
  return { clock, synthesis, speech, abort, endings, say };
}

describe('speech', () => {
  it('has spoken when the utterance has ended, and leaves nothing behind', async () => {
    const { clock, synthesis, endings, say } = speechOf(SPEAKS);
    say();
    await clock.advance(1_050);
    expect(endings).to.deep.equal(['spoken']);
    expect(synthesis.cancels).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('has failed when nothing is heard to begin, and clears the browser for the next one', async () => {
    const { clock, synthesis, endings, say } = speechOf(STAYS_SILENT);
    say();
    await clock.advance(START_MS - 1);
    expect(endings).to.deep.equal([]);
    await clock.advance(1);
    expect(endings).to.deep.equal(['failed']);
    expect(synthesis.isBusy).to.equal(false);
  });

  it('has failed when what has begun does not end within the limit of its text', async () => {
    const { clock, synthesis, endings, say } = speechOf(NEVER_ENDS);
    say();
    await clock.advance(50 + limitMs(TEXT, 1) - 1);
    expect(endings).to.deep.equal([]);
    await clock.advance(1);
    expect(endings).to.deep.equal(['failed']);
    expect(synthesis.isBusy).to.equal(false);
  });

  const received: [string, Behaviour, SpeechEnding][] = [
    ['a missing start', [{ afterMs: 2_000, what: 'end' }], 'spoken'],
    ['an end from within the call', [{ afterMs: 0, what: 'end' }], 'spoken'],
    ['not-allowed from within the call, as in Chrome', refuses(), 'refused'],
    ['synthesis-failed', fails(), 'failed'],
    ['network', fails('network'), 'failed'],
    ['voice-unavailable', fails('voice-unavailable'), 'failed'],
    ['interrupted, which was not us', fails('interrupted'), 'interrupted'],
    ['canceled, which was not us', fails('canceled'), 'interrupted'],
    ['a browser that throws', 'throws', 'failed'],
  ];
  for (const [what, behaviour, ending] of received) {
    it(`ends as ${ending} on ${what}`, async () => {
      const { clock, endings, say } = speechOf(behaviour);
      say();
      await clock.advance(2_000);
      expect(endings).to.deep.equal([ending]);
      expect(clock.pending).to.equal(0);
    });
  }

  it('is cancelled with its signal, before and while it speaks', async () => {
    const { clock, synthesis, abort, endings, say } = speechOf(SPEAKS);
    say();
    await clock.advance(500);
    abort.abort();
    expect(synthesis.isBusy).to.equal(false);
    say();
    await clock.advance(500);
    expect(endings).to.deep.equal(['cancelled', 'cancelled']);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('clears what somebody left speaking, and gives the browser a moment after that', async () => {
    const { clock, synthesis, endings, say } = speechOf(SPEAKS);
    synthesis.speak(wordsOf({ text: 'stuck' }), { start() {}, end() {}, error() {} });
    say();
    await clock.advance(99);
    expect(synthesis.spoken).to.deep.equal(['stuck']);
    await clock.advance(2_000);
    expect(synthesis.cancels).to.equal(1);
    expect(endings).to.deep.equal(['spoken']);
  });

  it('gives the browser that moment also after an end by the watchdog', async () => {
    const { clock, synthesis, say } = speechOf(STAYS_SILENT);
    say();
    await clock.advance(START_MS);
    say();
    await clock.advance(99);
    expect(synthesis.spoken).to.have.length(1);
    await clock.advance(1);
    expect(synthesis.spoken).to.have.length(2);
  });

  it('leaves the next one alone when something is heard late of the one before', async () => {
    const { clock, synthesis, endings, say } = speechOf([
      ...SPEAKS,
      { afterMs: 1_500, what: { error: 'network' } },
    ]);
    say();
    await clock.advance(1_050);
    synthesis.behaviour = SPEAKS;
    say();
    await clock.advance(500);
    expect(synthesis.cancels).to.equal(0);
    await clock.advance(1_000);
    expect(endings).to.deep.equal(['spoken', 'spoken']);
  });

  it('keeps a remote voice from being cut after 15 s, and leaves a local one alone', async () => {
    const long = '一'.repeat(100);
    for (const [localService, nudges] of [
      [false, 2],
      [true, 0],
    ] as const) {
      const { clock, synthesis, say } = speechOf([
        { afterMs: 0, what: 'start' },
        { afterMs: 25_000, what: 'end' },
      ]);
      say({ text: long, voice: voice('Mandarin', 'zh-CN', { localService }) });
      await clock.advance(60_000);
      expect(synthesis.nudges).to.equal(nudges);
    }
  });

  it('holds on to an utterance until it ends, so that it is not freed', async () => {
    const { clock, synthesis, say } = speechOf(SPEAKS);
    const speak = synthesis.speak;
    let utterance: WeakRef<object> | undefined;
    synthesis.speak = (words, events) => {
      speak(words, events);
      const made = {};
      utterance = new WeakRef(made);
      return made;
    };
    say();
    await clock.advance(500);
    await collectGarbage();
    expect(utterance?.deref(), 'while it speaks').to.not.equal(undefined);
    await clock.advance(600);
    await collectGarbage();
    expect(utterance?.deref(), 'when it has ended').to.equal(undefined);
  });

  it('says nothing, aloud, once, and again if that was refused', async () => {
    const { clock, synthesis, speech } = speechOf(fails());
    speech.prime();
    await clock.advance(10);
    synthesis.behaviour = SPEAKS;
    speech.prime();
    await clock.advance(2_000);
    speech.prime();
    expect(synthesis.primed).to.equal(2);
    expect(synthesis.spoken).to.deep.equal([]);
  });

  it('says its words though what it said for the click never ends', async () => {
    const { clock, synthesis, speech, endings, say } = speechOf(STAYS_SILENT);
    speech.prime();
    synthesis.behaviour = SPEAKS;
    say();
    await clock.advance(2_000);
    expect(endings).to.deep.equal(['spoken']);
  });

  it('fails at once where the browser has none', async () => {
    const speech = createSpeech(undefined, createFakeClock());
    speech.prime();
    expect(await speech.say(wordsOf(), new AbortController().signal)).to.equal('failed');
  });

  it('ends each of a row exactly once and within its limit, whatever is heard of any of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(behaviours, { minLength: 1, maxLength: 6 }), async (row) => {
        const { clock, synthesis, abort, speech } = speechOf(STAYS_SILENT);
        const limit = 100 + START_MS + limitMs(TEXT, 1);
        for (const behaviour of row) {
          synthesis.behaviour = behaviour;
          let ended = 0;
          speech.say(wordsOf(), abort.signal).then(() => ended++);
          await clock.advance(limit);
          expect(ended).to.equal(1);
        }
        expect(synthesis.spoken).to.have.length(row.length);
        await clock.advance(600_000);
        expect(clock.pending).to.equal(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("speech's limit", () => {
  it('is never below four seconds', () => {
    expect(limitMs('', 1)).to.equal(4_000);
    expect(limitMs('hi', 2)).to.equal(4_000);
  });

  it('is longer for a slower rate, for Chinese than for Latin letters, and for digits', () => {
    expect(limitMs(TEXT, 0.5)).to.be.greaterThan(limitMs(TEXT, 1));
    expect(limitMs('单'.repeat(40), 1)).to.be.greaterThan(limitMs('a'.repeat(40), 1));
    expect(limitMs('1'.repeat(40), 1)).to.be.greaterThan(limitMs('单'.repeat(40), 1));
  });
});

const events: fc.Arbitrary<Heard> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40_000 })),
  what: fc.oneof(
    fc.constantFrom<'start' | 'end'>('start', 'end'),
    fc.record({
      error: fc.constantFrom('network', 'interrupted', 'canceled', 'not-allowed', 'synthesis-failed'),
    }),
  ),
});

const behaviours: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 9, arbitrary: fc.array(events, { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant<Behaviour>('throws') },
);

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
