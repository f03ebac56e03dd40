/** One chime, on a fake sound card that may sleep or say nothing. */

import { expect } from 'chai';
import { type ChimeEnding, createChime } from '../../../../src/console/sound/chime.ts';
import { lengthMs } from '../../../../src/console/sound/tones.ts';
import { createFakeAudio } from '../../../support/sound/fake-audio.ts';
import { createFakeClock } from '../../../support/sound/fake-clock.ts';

const MELODY = { kind: 'paid', tone: 'bell', volume: 0.5 } as const;

function chimeOf(isRunning = true) {
  const clock = createFakeClock();
  const audio = createFakeAudio(clock, isRunning);
  const abort = new AbortController();
  const endings: ChimeEnding[] = [];
  const chime = createChime(audio, clock);
  const play = () => {
    chime.play(MELODY, abort.signal).then((ending) => endings.push(ending));
  };
  return { clock, audio, abort, endings, play };
}

describe('chime', () => {
  it('has chimed when the last note has ended', async () => {
    const { clock, audio, endings, play } = chimeOf();
    play();
    await clock.advance(lengthMs(MELODY));
    expect(endings).to.deep.equal(['chimed']);
    expect(audio.volumes).to.deep.equal([0.5]);
    expect(clock.pending).to.equal(0);
  });

  it('has chimed though no end was told, if the sound card moved on', async () => {
    const { clock, audio, endings, play } = chimeOf();
    audio.behaviour = 'mute';
    play();
    await clock.advance(lengthMs(MELODY) + 500);
    expect(endings).to.deep.equal(['chimed']);
    expect(audio.stops).to.equal(1);
  });

  it('has failed if the sound card stands still', async () => {
    const { clock, audio, endings, play } = chimeOf();
    audio.behaviour = 'stalls';
    play();
    await clock.advance(lengthMs(MELODY) + 500);
    expect(endings).to.deep.equal(['failed']);
  });

  it('wakes a sound card that sleeps', async () => {
    const { clock, audio, endings, play } = chimeOf(false);
    play();
    await clock.advance(3_000);
    expect(endings).to.deep.equal(['chimed']);
    expect(audio.played).to.deep.equal(['paid']);
    expect(clock.pending).to.equal(0);
  });

  it('is refused, soon, by one that does not wake', async () => {
    const { clock, audio, endings, play } = chimeOf(false);
    audio.mayRun = false;
    play();
    await clock.advance(500);
    expect(endings).to.deep.equal(['refused']);
    expect(audio.played).to.deep.equal([]);
  });

  it('is silent at once with its signal: before, while it wakes, and while it plays', async () => {
    const early = chimeOf();
    early.abort.abort();
    early.play();
    await early.clock.advance(0);
    expect(early.audio.played).to.deep.equal([]);

    const waking = chimeOf(false);
    waking.play();
    await waking.clock.advance(10);
    waking.abort.abort();
    await waking.clock.advance(2_000);
    expect(waking.audio.played).to.deep.equal([]);

    const playing = chimeOf();
    playing.play();
    await playing.clock.advance(100);
    playing.abort.abort();
    expect(playing.audio.stops).to.equal(1);
    await playing.clock.advance(2_000);
    expect([early, waking, playing].map(({ endings }) => endings)).to.deep.equal([
      ['cancelled'],
      ['cancelled'],
      ['cancelled'],
    ]);
  });

  it('has failed where there is no sound card', async () => {
    const chime = createChime(undefined, createFakeClock());
    expect(await chime.play(MELODY, new AbortController().signal)).to.equal('failed');
  });
});
