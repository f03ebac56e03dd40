/** One tab's sound, on a fake browser: what is heard of which alerts, and when. */

import { expect } from 'chai';
import { defaultSettings } from '../../../../src/console/sound/settings.ts';
import type { SoundSettings } from '../../../../src/console/sound/types.ts';
import { NEVER_ENDS, refuses, STAYS_SILENT } from '../../../support/sound/fake-synthesis.ts';
import { createFakeBrowser, paid, reminded, type TabOptions } from '../../../support/sound/fake-tabs.ts';

async function openTab(options: TabOptions = {}) {
  const browser = createFakeBrowser();
  const tab = browser.open(options);
  await browser.clock.advance(200); // it has the lead
  return { ...tab, tab, clock: browser.clock, browser };
}

describe('sound', () => {
  it('says the phrase of a new order, with its last four digits one by one', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(500);
    expect(synthesis.spoken).to.deep.equal(['您有新的订单，尾号 0 0 0 1']);
    expect(synthesis.utterances[0]).to.include({ lang: 'zh-CN', rate: 1, volume: 1 });
  });

  it('says another phrase for a reminder, and English where that is chosen', async () => {
    const { sound, synthesis, clock } = await openTab({ settings: { language: 'en' } });
    sound.ring([reminded(1)]);
    await clock.advance(500);
    expect(synthesis.spoken).to.deep.equal(['A customer is asking about the order ending in 1 0 0 1']);
  });

  it('merges fifty alerts of one second into one phrase', async () => {
    const { sound, synthesis, clock } = await openTab();
    const open = [];
    for (let seq = 1; seq <= 50; seq++) {
      open.push(paid(seq));
      sound.ring(open);
      await clock.advance(20);
    }
    await clock.advance(5_000);
    expect(synthesis.spoken).to.deep.equal(['您有 50 个新订单']);
  });

  it('merges what comes while something is spoken, by kind, reminders first', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(600);
    sound.ring([paid(1), paid(2), reminded(3), paid(4)]);
    await clock.advance(10_000);
    expect(synthesis.spoken).to.deep.equal([
      '您有新的订单，尾号 0 0 0 1',
      '客户催单，订单尾号 1 0 0 3',
      '您有 2 个新订单',
    ]);
  });

  it('sounds at once when a click turns it on and nothing else rings', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.greet();
    await clock.advance(500);
    expect(synthesis.spoken.filter((text) => text.trim() !== '')).to.deep.equal(['声音已开启']);
    sound.ring([paid(1)]);
    sound.greet();
    await clock.advance(2_000);
    expect(synthesis.spoken.at(-1)).to.equal('您有新的订单，尾号 0 0 0 1');
  });

  it('does not blame the network where a person has to sign in', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.linkLost('lost');
    sound.linkLost('signed-out');
    await clock.advance(2_000);
    expect(synthesis.spoken).to.deep.equal(['需要重新登录，现在收不到新订单']);
  });

  it('rings again, so many seconds after it was last heard, until it is acknowledged', async () => {
    const { sound, synthesis, clock } = await openTab({ settings: { repeatSeconds: 30 } });
    sound.ring([paid(1)]);
    await clock.advance(400);
    await clock.advance(1_050); // it has been said
    await clock.advance(29_999);
    expect(synthesis.spoken).to.have.length(1);
    await clock.advance(1);
    expect(synthesis.spoken).to.have.length(2);
    await clock.advance(31_050);
    expect(synthesis.spoken).to.have.length(3);
    sound.ring([]);
    await clock.advance(300_000);
    expect(synthesis.spoken).to.have.length(3);
  });

  it('rings once where nothing is to be repeated', async () => {
    const { sound, synthesis, clock } = await openTab({ settings: { repeatSeconds: 0 } });
    sound.ring([paid(1)]);
    await clock.advance(3_600_000);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('stops in the middle of a phrase that is about nothing open any more', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(600);
    expect(synthesis.isBusy).to.equal(true);
    sound.ring([]);
    expect(synthesis.isBusy).to.equal(false);
    await clock.advance(60_000);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('goes on with a phrase that is about something else as well', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.ring([paid(1), paid(2)]);
    await clock.advance(600);
    sound.ring([paid(2)]);
    expect(synthesis.isBusy).to.equal(true);
    expect(synthesis.cancels).to.equal(0);
  });

  it('does not say what is acknowledged before its turn', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.ring([reminded(1)]);
    await clock.advance(600);
    sound.ring([reminded(1), paid(2)]);
    await clock.advance(100);
    sound.ring([reminded(1)]);
    await clock.advance(5_000);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('chimes, and goes on, when speech never ends', async () => {
    const { sound, synthesis, audio, clock } = await openTab();
    synthesis.behaviour = NEVER_ENDS;
    sound.ring([paid(1)]);
    await clock.advance(1_000);
    sound.ring([paid(1), reminded(2)]);
    await clock.advance(30_000);
    expect(audio.played.slice(0, 2)).to.deep.equal(['paid', 'reminded']);
  });

  it('chimes with what works, at the chosen volume, where there is no speech', async () => {
    const { sound, audio, clock } = await openTab({ without: ['synthesis'], settings: { volume: 0.4 } });
    sound.ring([reminded(1)]);
    await clock.advance(500);
    expect(audio.played).to.deep.equal(['reminded']);
    expect(audio.volumes).to.deep.equal([0.4]);
  });

  it('chimes before the words where that is chosen', async () => {
    const { sound, synthesis, audio, clock } = await openTab({ settings: { chime: true } });
    sound.ring([paid(1)]);
    await clock.advance(500);
    expect(audio.played).to.deep.equal(['paid']);
    expect(synthesis.spoken).to.deep.equal([]);
    await clock.advance(2_500);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('is unavailable, and quiet about it, where the browser has neither', async () => {
    const { sound, clock } = await openTab({ without: ['synthesis', 'audio'] });
    sound.unlock();
    sound.ring([paid(1)]);
    await clock.advance(60_000);
    expect(sound.state).to.equal('unavailable');
    expect(sound.voices()).to.deep.equal([]);
    const test = sound.test(1);
    await clock.advance(60_000);
    expect(await test).to.equal('failed');
  });
});

describe('sound, before anybody has clicked', () => {
  it('is locked, and neither speaks nor throws', async () => {
    const { sound, synthesis, audio, clock } = await openTab({ clicked: false });
    sound.ring([paid(1)]);
    await clock.advance(60_000);
    expect(sound.state).to.equal('locked');
    expect(synthesis.spoken).to.deep.equal([]);
    expect(audio.played).to.deep.equal([]);
  });

  it('rings with the click for what has come until then, as one phrase', async () => {
    const { tab, sound, synthesis, states, clock } = await openTab({ clicked: false });
    sound.ring([paid(1), paid(2)]);
    await clock.advance(60_000);
    tab.click();
    await clock.advance(500);
    expect(states).to.deep.equal(['locked', 'follower', 'speaking-tab']);
    expect(synthesis.spoken).to.deep.equal(['您有 2 个新订单']);
  });

  it('says something without words within the click, for browsers that want to hear it there', async () => {
    const { tab, synthesis } = await openTab({ clicked: false });
    tab.click();
    expect(synthesis.primed).to.equal(1);
    tab.click();
    expect(synthesis.primed).to.equal(1);
  });

  it('stays locked when it is told of a click that the browser knows nothing of', async () => {
    const { sound, synthesis } = await openTab({ clicked: false });
    sound.unlock();
    expect(sound.state).to.equal('locked');
    expect(synthesis.primed).to.equal(0);
  });

  it('is not locked where the browser lets the page sound at once', async () => {
    const { sound, audio, states, synthesis, clock } = await openTab({ clicked: false });
    audio.setRunning(true);
    await clock.advance(200);
    expect(states).to.deep.equal(['locked', 'follower', 'speaking-tab']);
    sound.ring([paid(1)]);
    await clock.advance(500);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('is locked again when the browser refuses, and rings for the same alert with the next click', async () => {
    const { tab, sound, synthesis, audio, clock } = await openTab({ without: ['audio'] });
    synthesis.behaviour = refuses();
    sound.ring([paid(1)]);
    await clock.advance(1_000);
    expect(sound.state).to.equal('locked');
    await clock.advance(60_000);
    expect(synthesis.spoken).to.have.length(1);
    synthesis.behaviour = (words) => (words.text === ' ' ? STAYS_SILENT : [{ afterMs: 10, what: 'end' }]);
    tab.click();
    await clock.advance(1_000);
    expect(synthesis.spoken).to.have.length(2);
    expect(sound.state).to.equal('speaking-tab');
    expect(audio.played).to.deep.equal([]);
  });

  it('is locked again when the sound card has gone to sleep and nothing else sounds', async () => {
    const { sound, audio, clock } = await openTab({ without: ['synthesis'] });
    audio.mayRun = false;
    audio.setRunning(false);
    sound.ring([paid(1)]);
    await clock.advance(2_000);
    expect(sound.state).to.equal('locked');
    audio.setRunning(true);
    await clock.advance(500);
    expect(sound.state).to.equal('speaking-tab');
    expect(audio.played).to.deep.equal(['paid']);
  });
});

describe('sound, as the merchant sets it', () => {
  it('is silent at once when it is muted, and begins anew when it no longer is', async () => {
    const { sound, synthesis, clock } = await openTab();
    const settings = settingsOf({});
    sound.ring([paid(1)]);
    await clock.advance(600);
    sound.configure({ ...settings, muted: true });
    expect(synthesis.isBusy).to.equal(false);
    expect(sound.state).to.equal('muted');
    await clock.advance(60_000);
    expect(synthesis.spoken).to.have.length(1);
    sound.configure(settings);
    await clock.advance(500);
    expect(synthesis.spoken).to.have.length(2);
  });

  it('says the chosen words at the chosen rate and volume from the next phrase on', async () => {
    const { sound, synthesis, clock } = await openTab();
    const texts = { ...settingsOf({}).texts, paid: '来单 {orderId}' };
    sound.configure(settingsOf({ rate: 1.5, volume: 0.5, texts }));
    sound.ring([paid(1)]);
    await clock.advance(500);
    expect(synthesis.utterances[0]).to.include({ text: '来单 1001', rate: 1.5, volume: 0.5 });
  });

  it('keeps numbers within what a browser accepts', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.configure(settingsOf({ rate: Number.NaN, volume: 7, repeatSeconds: -3 }));
    sound.ring([paid(1)]);
    await clock.advance(600_000);
    expect(synthesis.utterances).to.have.length(1);
    expect(synthesis.utterances[0]).to.include({ rate: 1, volume: 1 });
  });
});

describe('sound, testing', () => {
  it('says a sample of the kind, and how that ended', async () => {
    const { sound, synthesis, clock } = await openTab();
    const test = sound.test(2);
    await clock.advance(2_000);
    expect(await test).to.equal('spoken');
    expect(synthesis.spoken).to.deep.equal(['客户催单，订单尾号 1 0 2 4']);
  });

  it('takes the click that it comes with for the one that unlocks', async () => {
    const { tab, sound, synthesis, clock } = await openTab({ clicked: false });
    tab.click();
    const test = sound.test(1);
    await clock.advance(2_000);
    expect(await test).to.equal('spoken');
    expect(synthesis.spoken).to.have.length(1);
  });

  it('waits for what is being said, and the next ring waits for it', async () => {
    const { sound, synthesis, clock } = await openTab({ settings: { language: 'en' } });
    sound.ring([paid(1)]);
    await clock.advance(600);
    const test = sound.test(2);
    sound.ring([paid(1), paid(3)]);
    await clock.advance(5_000);
    expect(await test).to.equal('spoken');
    expect(synthesis.spoken.map((text) => text.slice(0, 5))).to.deep.equal(['New o', 'A cus', 'New o']);
  });

  it('sounds once for two presses at a time', async () => {
    const { sound, synthesis, clock } = await openTab();
    const tests = [sound.test(1), sound.test(1)];
    await clock.advance(3_000);
    expect(await Promise.all(tests)).to.deep.equal(['spoken', 'spoken']);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('tells that it chimed in place of the words, and that nothing sounded', async () => {
    const { sound, synthesis, audio, clock } = await openTab();
    synthesis.behaviour = STAYS_SILENT;
    const chimed = sound.test(1);
    await clock.advance(20_000);
    expect(await chimed).to.equal('chimed');
    audio.behaviour = 'stalls';
    const failed = sound.test(1);
    await clock.advance(20_000);
    expect(await failed).to.equal('failed');
  });

  it('sounds though it is muted, since somebody asked to hear it', async () => {
    const { sound, synthesis, clock } = await openTab({ settings: { muted: true } });
    void sound.test(1);
    await clock.advance(2_000);
    expect(synthesis.spoken).to.have.length(1);
  });
});

describe('sound, when the link is lost', () => {
  it('says so, and again after a minute', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.linkLost('lost');
    sound.linkLost('lost');
    await clock.advance(3_000);
    expect(synthesis.spoken).to.deep.equal(['与服务器的连接已断开，请检查网络']);
    await clock.advance(60_000);
    expect(synthesis.spoken).to.have.length(2);
  });

  it('stops saying it when it is back', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.linkLost('lost');
    await clock.advance(1_500);
    expect(synthesis.isBusy).to.equal(true);
    sound.linkLost(undefined);
    expect(synthesis.isBusy).to.equal(false);
    await clock.advance(300_000);
    expect(synthesis.spoken).to.have.length(1);
  });

  it('goes on ringing for what was open before', async () => {
    const { sound, synthesis, clock } = await openTab();
    sound.linkLost('lost');
    sound.ring([paid(1)]);
    await clock.advance(10_000);
    expect(synthesis.spoken).to.have.length(2);
  });
});

describe('sound, when it is stopped', () => {
  it('is silent at once, leaves no timer, and answers what is asked of it', async () => {
    const { sound, synthesis, audio, clock, states } = await openTab();
    sound.ring([paid(1)]);
    await clock.advance(600);
    const test = sound.test(1);
    sound.stop();
    expect(synthesis.isBusy).to.equal(false);
    sound.ring([paid(1), paid(2)]);
    sound.linkLost('lost');
    sound.unlock();
    await clock.advance(600_000);
    expect(await test).to.equal('failed');
    expect(await sound.test(1)).to.equal('failed');
    expect(synthesis.spoken).to.have.length(1);
    expect(audio.isClosed).to.equal(true);
    expect(clock.pending).to.equal(0);
    expect(states.at(-1)).to.equal('speaking-tab');
  });
});

function settingsOf(chosen: Partial<SoundSettings>): SoundSettings {
  return { ...defaultSettings('zh'), chime: false, ...chosen };
}
