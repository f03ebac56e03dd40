/** The voices of a fake synthesis, which has none at first, or never. */

import { expect } from 'chai';
import type { Voice } from '../../../../src/console/sound/parts.ts';
import { createVoiceList } from '../../../../src/console/sound/voice-list.ts';
import { createFakeClock } from '../../../support/sound/fake-clock.ts';
import { createFakeSynthesis, LOCAL } from '../../../support/sound/fake-synthesis.ts';

function listOf(voices: readonly Voice[]) {
  const clock = createFakeClock();
  const synthesis = createFakeSynthesis(clock, voices);
  let changes = 0;
  const list = createVoiceList(synthesis, clock, () => changes++);
  const had: (readonly Voice[])[] = [];
  const ask = () => {
    list.untilSome().then((some) => had.push(some));
  };
  return { clock, synthesis, list, had, ask, changes: () => changes };
}

describe('voice list', () => {
  it('does not wait where there are voices', async () => {
    const { clock, had, ask } = listOf([LOCAL]);
    ask();
    await clock.advance(0);
    expect(had).to.deep.equal([[LOCAL]]);
  });

  it('asks at once, since Chrome begins to look for them only then', () => {
    const clock = createFakeClock();
    const synthesis = createFakeSynthesis(clock);
    let asked = 0;
    synthesis.voices = () => {
      asked++;
      return [];
    };
    createVoiceList(synthesis, clock, () => {});
    expect(asked).to.equal(1);
  });

  it('waits for the first voices of a new page', async () => {
    const { clock, synthesis, had, ask, changes } = listOf([]);
    ask();
    ask();
    await clock.advance(500);
    expect(had).to.deep.equal([]);
    synthesis.setVoices([]); // some browsers tell of a change to none
    await clock.advance(0);
    expect(had).to.deep.equal([]);
    synthesis.setVoices([LOCAL]);
    await clock.advance(0);
    expect(had).to.deep.equal([[LOCAL], [LOCAL]]);
    expect(changes()).to.equal(2);
  });

  it('waits no longer than a moment, and later not at all', async () => {
    const { clock, had, ask } = listOf([]);
    ask();
    await clock.advance(1_500);
    expect(had).to.deep.equal([[]]);
    ask();
    await clock.advance(0);
    expect(had).to.deep.equal([[], []]);
  });

  it('lets go of who waits when it is stopped', async () => {
    const { clock, list, synthesis, had, ask, changes } = listOf([]);
    ask();
    list.stop();
    synthesis.setVoices([LOCAL]);
    await clock.advance(0);
    expect(had).to.have.length(1);
    expect(changes()).to.equal(0);
    expect(clock.pending).to.equal(0);
  });

  it('is empty where there is no synthesis, or one that throws', async () => {
    const clock = createFakeClock();
    expect(await createVoiceList(undefined, clock, () => {}).untilSome()).to.deep.equal([]);
    const synthesis = createFakeSynthesis(clock);
    synthesis.voices = () => {
      throw new Error('not here');
    };
    expect(createVoiceList(synthesis, clock, () => {}).now()).to.deep.equal([]);
  });
});
