/** How an open alert goes on ringing until it is handled: the chime in each ring, and which rings have words. */

import { expect } from 'chai';
import { defaultSettings } from '../../../../src/console/sound/settings.ts';
import { lengthMs } from '../../../../src/console/sound/tones.ts';
import type { SoundSettings } from '../../../../src/console/sound/types.ts';
import { createFakeBrowser, paid, reminded } from '../../../support/sound/fake-tabs.ts';

const CHIME_MS = lengthMs({ tone: 'bell', kind: 'paid' });
const WORDS_MS = 1_050;

async function openTab(settings: Partial<SoundSettings> = {}) {
  const browser = createFakeBrowser();
  const chosen = { ...defaultSettings('zh'), ...settings };
  const tab = browser.open({ settings: chosen });
  await browser.clock.advance(200); // it has the lead
  /** The pauses between what has sounded, chimes and words, in milliseconds. */
  const pauses = () => {
    const rings = tab.audio.playedAt.map((at) => ({ from: at, until: at + CHIME_MS }));
    const words = tab.synthesis.utterances.map(({ at }) => ({ from: at, until: at + WORDS_MS }));
    const all = [...rings, ...words].sort((a, b) => a.from - b.from);
    return all.slice(1).map(({ from }, index) => Math.round(from - (all[index]?.until ?? 0)));
  };
  return { ...tab, chosen, pauses, clock: browser.clock };
}

describe('an alert that stays open', () => {
  for (const repeatSeconds of [30, 10, 5]) {
    it(`chimes and is said in each ring, with a pause of ${repeatSeconds} s`, async () => {
      const { sound, audio, synthesis, pauses, clock } = await openTab({ repeatSeconds });
      sound.ring([paid(1)]);
      await clock.advance(3 * (repeatSeconds * 1_000 + CHIME_MS + WORDS_MS));
      expect(audio.played).to.deep.equal(['paid', 'paid', 'paid']);
      expect(synthesis.spoken).to.have.length(3);
      expect(pauses()).to.deep.equal([0, repeatSeconds * 1_000, 0, repeatSeconds * 1_000, 0]);
    });
  }

  it('shortens the pause that has begun, when it becomes late', async () => {
    const { sound, audio, chosen, clock } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(CHIME_MS + WORDS_MS + 12_000);
    expect(audio.played).to.have.length(1);
    sound.configure({ ...chosen, repeatSeconds: 10 });
    await clock.advance(0);
    expect(audio.played).to.have.length(2);
  });
});

describe('ringing on and on', () => {
  const UNTIL_HANDLED = { untilHandled: true, repeatSeconds: 1 };

  it('pauses for a second between rings, and says the alert after fifteen or more', async () => {
    const { sound, audio, synthesis, pauses, clock } = await openTab(UNTIL_HANDLED);
    sound.ring([paid(1)]);
    await clock.advance(60_000);
    expect(Math.max(...pauses())).to.be.at.most(1_000);
    expect(audio.played.length).to.be.at.least(15);
    expect(synthesis.spoken).to.have.length(3);
    sound.ring([]);
    await clock.advance(600_000);
    expect(audio.played.length).to.be.at.most(20);
  });

  it('says what has come meanwhile at once', async () => {
    const { sound, synthesis, clock } = await openTab(UNTIL_HANDLED);
    sound.ring([paid(1)]);
    await clock.advance(6_000);
    expect(synthesis.spoken).to.have.length(1);
    sound.ring([paid(1), paid(2), reminded(3)]);
    await clock.advance(9_000);
    expect(synthesis.spoken.slice(1)).to.have.members(['您有 2 个新订单', '客户催单，订单尾号 1 0 0 3']);
  });

  it('says it in each ring where words alone are chosen', async () => {
    const { sound, audio, synthesis, clock } = await openTab({ ...UNTIL_HANDLED, chime: false });
    sound.ring([paid(1)]);
    await clock.advance(20_000);
    expect(audio.played).to.deep.equal([]);
    expect(synthesis.spoken.length).to.be.at.least(9);
  });
});

describe('the tones, tried', () => {
  it('play a new order and a reminder, chosen or not, without words', async () => {
    const { sound, audio, synthesis, clock } = await openTab({ volume: 0.5 });
    const ended = sound.testTone('buzzer');
    await clock.advance(10_000);
    expect(await ended).to.equal('chimed');
    expect(audio.played).to.deep.equal(['paid', 'reminded']);
    expect(audio.tones).to.deep.equal(['buzzer', 'buzzer']);
    expect(audio.volumes).to.deep.equal([0.5, 0.5]);
    expect(synthesis.spoken).to.deep.equal([]);
  });

  it('fall silent when another one is tried', async () => {
    const { sound, audio, clock } = await openTab();
    const first = sound.testTone('bell');
    await clock.advance(300);
    const second = sound.testTone('beeper');
    await clock.advance(10_000);
    expect(audio.stops).to.equal(1);
    expect(audio.tones).to.deep.equal(['bell', 'beeper', 'beeper']);
    expect(await Promise.all([first, second])).to.deep.equal(['chimed', 'chimed']);
  });

  it('say where nothing comes out', async () => {
    const { sound, audio, clock } = await openTab();
    audio.behaviour = 'stalls';
    const ended = sound.testTone('bell');
    await clock.advance(10_000);
    expect(await ended).to.equal('failed');
    expect(sound.hasFailed).to.equal(true);
  });

  it('ring in the tone that is chosen', async () => {
    const { sound, audio, clock } = await openTab({ tone: 'marimba' });
    sound.ring([reminded(1)]);
    await clock.advance(1_000);
    expect(audio.tones).to.deep.equal(['marimba']);
  });
});
