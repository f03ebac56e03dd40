/** Chime and words together, on a fake synthesis and a fake sound card: the bell never stays silent for the one's sake. */

import { expect } from 'chai';
import fc from 'fast-check';
import { createBell, type Ending, type Strike } from '../../../../src/console/sound/bell.ts';
import { createChime } from '../../../../src/console/sound/chime.ts';
import { defaultSettings } from '../../../../src/console/sound/settings.ts';
import { createSpeech } from '../../../../src/console/sound/speech.ts';
import { createVoiceList } from '../../../../src/console/sound/voice-list.ts';
import { createFakeAudio } from '../../../support/sound/fake-audio.ts';
import { createFakeClock } from '../../../support/sound/fake-clock.ts';
import {
  type Behaviour,
  createFakeSynthesis,
  fails,
  LOCAL,
  NEVER_ENDS,
  refuses,
  SPEAKS,
  STAYS_SILENT,
  voice,
} from '../../../support/sound/fake-synthesis.ts';

function bellOf(behaviour: Behaviour, chime = false) {
  const clock = createFakeClock();
  const synthesis = createFakeSynthesis(clock);
  synthesis.behaviour = behaviour;
  const audio = createFakeAudio(clock);
  const voices = createVoiceList(synthesis, clock, () => {});
  const bell = createBell({
    speech: createSpeech(synthesis, clock),
    chime: createChime(audio, clock),
    clock,
    voices: () => voices.untilSome(),
  });
  const abort = new AbortController();
  const endings: Ending[] = [];
  const strike = (more: Partial<Strike> = {}) => {
    const settings = { ...defaultSettings('zh'), chime };
    const one: Strike = { kind: 'paid', text: '新订单', settings, ...more };
    bell.strike(one, abort.signal).then((ending) => endings.push(ending));
  };
  return { clock, synthesis, audio, bell, abort, endings, strike };
}

/** Longer than any strike takes. */
const LONG = 30_000;

describe('bell', () => {
  it('says the words alone where no chime is wanted', async () => {
    const { clock, audio, endings, strike } = bellOf(SPEAKS);
    strike();
    await clock.advance(LONG);
    expect(endings).to.deep.equal(['spoken']);
    expect(audio.played).to.deep.equal([]);
  });

  it('sounds one after the other', async () => {
    const { clock, synthesis, bell, endings, strike } = bellOf(SPEAKS);
    strike({ text: 'first' });
    strike({ text: 'second' });
    expect(bell.isFree).to.equal(false);
    await clock.advance(1_000);
    expect(synthesis.spoken).to.deep.equal(['first']);
    await clock.advance(100);
    expect(synthesis.spoken).to.deep.equal(['first', 'second']);
    await clock.advance(LONG);
    expect(endings).to.deep.equal(['spoken', 'spoken']);
    expect(bell.isFree).to.equal(true);
  });

  const fallbacks: [string, Behaviour][] = [
    ['never begins', STAYS_SILENT],
    ['never ends', NEVER_ENDS],
    ['fails', fails()],
    ['is refused', refuses()],
    ['is cut by somebody else', fails('interrupted')],
    ['throws', 'throws'],
  ];
  for (const [what, behaviour] of fallbacks) {
    it(`chimes in place of speech that ${what}, and goes on to the next`, async () => {
      const { clock, synthesis, audio, endings, strike } = bellOf(behaviour);
      strike();
      await clock.advance(LONG);
      synthesis.behaviour = SPEAKS;
      strike({ kind: 'reminded', text: '催单' });
      await clock.advance(LONG);
      expect(endings).to.deep.equal(['chimed', 'spoken']);
      expect(audio.played).to.deep.equal(['paid']);
    });
  }

  it('does not chime a second time where it has chimed before the words', async () => {
    const { clock, audio, endings, strike } = bellOf(STAYS_SILENT, true);
    strike();
    await clock.advance(LONG);
    expect(audio.played).to.deep.equal(['paid']);
    expect(endings).to.deep.equal(['chimed']);
  });

  it('says the words though the chime does not sound', async () => {
    const { clock, audio, endings, strike } = bellOf(SPEAKS, true);
    audio.behaviour = 'stalls';
    strike();
    await clock.advance(LONG);
    expect(endings).to.deep.equal(['spoken']);
  });

  it('tells that it failed where neither sounds', async () => {
    const { clock, audio, endings, strike } = bellOf(fails());
    audio.behaviour = 'stalls';
    strike();
    await clock.advance(LONG);
    expect(endings).to.deep.equal(['failed']);
  });

  it('tells that it was refused where speech and sound card both want a click', async () => {
    const { clock, audio, endings, strike } = bellOf(refuses());
    audio.isRunning = false;
    audio.mayRun = false;
    strike();
    await clock.advance(LONG);
    expect(endings).to.deep.equal(['refused']);
  });

  it('is silent at once with its signal, in the chime and in the words', async () => {
    for (const atMs of [300, 1_400]) {
      const { clock, synthesis, audio, abort, endings, strike } = bellOf(SPEAKS, true);
      strike();
      strike();
      await clock.advance(atMs);
      abort.abort();
      expect(synthesis.isBusy).to.equal(false);
      await clock.advance(LONG);
      expect(endings).to.deep.equal(['cancelled', 'cancelled']);
      expect(audio.played).to.have.length(1);
    }
  });

  it('chimes at once, without waiting for words, when speech has failed twice in a row', async () => {
    const { clock, synthesis, audio, strike } = bellOf(STAYS_SILENT);
    for (let times = 0; times < 2; times++) {
      strike();
      await clock.advance(7_000);
    }
    strike();
    await clock.advance(0);
    expect(audio.played).to.have.length(3);
    expect(synthesis.spoken).to.have.length(2);
  });

  it('tries to speak again after a while, sooner if somebody waits to hear it or there are other voices', async () => {
    const afterwards: ((made: ReturnType<typeof bellOf>) => Promise<void> | void)[] = [
      ({ clock }) => clock.advance(60_000),
      ({ bell }) => bell.refresh(),
      ({ strike }) => strike({ insists: true }),
    ];
    for (const afterwardsOne of afterwards) {
      const made = bellOf(fails());
      made.strike();
      made.strike();
      await made.clock.advance(4_000);
      made.synthesis.behaviour = SPEAKS;
      await afterwardsOne(made);
      made.strike();
      await made.clock.advance(LONG);
      expect(made.endings.at(-1)).to.equal('spoken');
    }
  });

  it('rests again after one more failure once it has rested', async () => {
    const { clock, synthesis, strike } = bellOf(fails());
    strike();
    strike();
    await clock.advance(70_000);
    strike();
    await clock.advance(4_000);
    strike();
    await clock.advance(4_000);
    expect(synthesis.spoken).to.have.length(3);
  });

  it('does not hold it against speech that a click was wanted or somebody cut it', async () => {
    const { clock, synthesis, strike } = bellOf(refuses());
    strike();
    strike();
    await clock.advance(LONG);
    synthesis.behaviour = fails('interrupted');
    strike();
    strike();
    await clock.advance(LONG);
    strike();
    await clock.advance(LONG);
    expect(synthesis.spoken).to.have.length(5);
  });

  it('passes over a remote voice that stayed silent, and comes back to it later', async () => {
    const { clock, synthesis, strike, endings } = bellOf(SPEAKS);
    const remote = voice('Cloud', 'zh-CN', { localService: false });
    synthesis.setVoices([LOCAL, remote]);
    synthesis.behaviour = ({ voice: by }) => (by === remote ? STAYS_SILENT : SPEAKS);
    const settings = { ...defaultSettings('zh'), chime: false, voice: 'Cloud' };
    strike({ settings });
    await clock.advance(LONG);
    strike({ settings });
    await clock.advance(300_000);
    strike({ settings });
    await clock.advance(LONG);
    expect(synthesis.utterances.map((one) => one.voice?.name)).to.deep.equal(['Cloud', 'Tingting', 'Cloud']);
    expect(endings).to.deep.equal(['chimed', 'spoken', 'chimed']);
  });

  it('tells the browser the language where there is no voice of it', async () => {
    const { clock, synthesis, strike } = bellOf(SPEAKS);
    synthesis.setVoices([voice('Anna', 'de-DE')]);
    strike({ settings: { ...defaultSettings('en'), chime: false } });
    await clock.advance(LONG);
    expect(synthesis.utterances[0]).to.include({ lang: 'en-US', voice: undefined });
  });

  it('is free again, each strike having ended once, whatever speech and sound card do', async () => {
    const behaviours = fc.constantFrom<Behaviour>(
      SPEAKS,
      STAYS_SILENT,
      NEVER_ENDS,
      refuses(),
      fails(),
      fails('canceled'),
      'throws',
      [...SPEAKS, ...SPEAKS, { afterMs: 10, what: { error: 'network' } }],
    );
    const cards = fc.constantFrom<'plays' | 'mute' | 'stalls'>('plays', 'mute', 'stalls');
    const row = fc.array(
      fc.record({ behaviour: behaviours, card: cards, runs: fc.boolean(), chime: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(row, fc.boolean(), async (strikes, atOnce) => {
        const { clock, synthesis, audio, bell, endings, strike } = bellOf(SPEAKS);
        for (const { behaviour, card, runs, chime } of strikes) {
          synthesis.behaviour = behaviour;
          audio.behaviour = card;
          audio.mayRun = runs;
          audio.isRunning = runs;
          strike({ settings: { ...defaultSettings('zh'), chime } });
          if (!atOnce) await clock.advance(LONG);
        }
        await clock.advance(LONG * strikes.length);
        expect(endings).to.have.length(strikes.length);
        expect(bell.isFree).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });
});
