/** What a tab counts as said or chimed to the end, on a fake browser. */

import { expect } from 'chai';
import { NEVER_ENDS, refuses, STAYS_SILENT } from '../../../support/sound/fake-synthesis.ts';
import { createFakeBrowser, paid, reminded, type TabOptions } from '../../../support/sound/fake-tabs.ts';

async function openTab(options: TabOptions = {}) {
  const browser = createFakeBrowser();
  const tab = browser.open(options);
  await browser.clock.advance(200); // it has the lead
  const sounded = (seq: number) => tab.sound.sounded().has(paid(seq).eventId);
  return { ...tab, tab, sounded, clock: browser.clock, browser };
}

describe('what has sounded', () => {
  it('is what was said to its end, and not before', async () => {
    const { sound, sounded, clock } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(1_400); // it is in the middle of the words
    expect(sounded(1)).to.equal(false);
    await clock.advance(100);
    expect(sounded(1)).to.equal(true);
    expect(sounded(2)).to.equal(false);
  });

  it('is what was chimed where the words stay away', async () => {
    for (const behaviour of [NEVER_ENDS, STAYS_SILENT]) {
      const { sound, synthesis, sounded, clock } = await openTab();
      synthesis.behaviour = behaviour;
      sound.ring([paid(1)]);
      await clock.advance(15_000);
      expect(sounded(1)).to.equal(true);
      expect(sound.hasFailed).to.equal(false);
    }
  });

  it('is not what was cut by an acknowledgement', async () => {
    const { sound, sounded, clock } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(1_000);
    sound.ring([]);
    await clock.advance(10_000);
    expect(sounded(1)).to.equal(false);
  });

  it('is all of one phrase, also where a part was acknowledged meanwhile', async () => {
    const { sound, sounded, clock } = await openTab();
    sound.ring([paid(1), paid(2)]);
    await clock.advance(1_000);
    sound.ring([paid(2)]);
    await clock.advance(1_000);
    expect([sounded(1), sounded(2)]).to.deep.equal([true, true]);
  });

  it('is nothing at volume 0, before the first click, and where the browser refuses', async () => {
    const [quiet, locked, refused] = [
      await openTab({ settings: { volume: 0 } }),
      await openTab({ clicked: false }),
      await openTab({ without: ['audio'] }),
    ];
    refused.synthesis.behaviour = refuses();
    for (const { sound, sounded, clock } of [quiet, locked, refused]) {
      sound.ring([paid(1)]);
      await clock.advance(60_000);
      expect(sounded(1)).to.equal(false);
      expect(sound.hasFailed).to.equal(false);
    }
    expect(quiet.synthesis.spoken, 'it tries nevertheless').to.not.deep.equal([]);
  });

  it('is known to the tab that takes over', async () => {
    const { tab, sound, clock, browser } = await openTab();
    sound.ring([paid(1), reminded(2)]);
    await clock.advance(5_000);
    const other = browser.open();
    other.sound.ring([paid(1), reminded(2)]);
    tab.close();
    await clock.advance(1_000);
    expect(other.sound.state).to.equal('speaking-tab');
    expect(other.sound.sounded().has(paid(1).eventId)).to.equal(true);
    expect(other.sound.sounded().has(reminded(2).eventId)).to.equal(true);
  });

  it('has failed where neither voice nor chime comes out, until one does', async () => {
    const { sound, synthesis, audio, sounded, clock } = await openTab({ settings: { repeatSeconds: 30 } });
    synthesis.behaviour = STAYS_SILENT;
    audio.behaviour = 'stalls';
    sound.ring([paid(1)]);
    await clock.advance(10_000);
    expect(sound.hasFailed).to.equal(true);
    expect(sounded(1)).to.equal(false);
    audio.behaviour = 'plays';
    await clock.advance(60_000);
    expect(sound.hasFailed).to.equal(false);
    expect(sounded(1)).to.equal(true);
  });
});
