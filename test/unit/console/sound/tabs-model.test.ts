/**
 * Tabs of a fake browser that come and go at random: one alert after the other comes, and must be said to its end once,
 * never twice, as long as some tab can be heard. The one exception is a tab that crashes in mid-phrase: then nobody knows.
 */

import { expect } from 'chai';
import fc from 'fast-check';
import { rungLogKey } from '../../../../src/console/sound/rung-log.ts';
import { defaultSettings } from '../../../../src/console/sound/settings.ts';
import { createFakeBrowser, type FakeTab, paid } from '../../../support/sound/fake-tabs.ts';

const ACTIONS = [
  'open',
  'close',
  'crash',
  'freeze',
  'thaw',
  'mute',
  'unmute',
  'hide',
  'show',
  'lose',
  'find',
  'click',
] as const;

type Action = (typeof ACTIONS)[number];

interface Step {
  /** After the step before. */
  readonly afterMs: number;
  readonly action: Action;
  readonly tab: number;
}

/** What the model knows of a tab. */
interface Known {
  readonly tab: FakeTab;
  isClicked: boolean;
  isFrozen: boolean;
  isMuted: boolean;
  isLost: boolean;
}

/** Longer than any hand-over and any phrase takes. */
const SETTLED_MS = 20_000;
const settings = { ...defaultSettings('zh'), chime: false, repeatSeconds: 0 };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1_500 })),
    action: fc.constantFrom(...ACTIONS),
    tab: fc.nat(5),
  }),
  { maxLength: 10 },
);

for (const [way, without] of [
  ['by Web Locks', []],
  ['by a lease in the storage', ['locks']],
] as const) {
  describe(`tabs that come and go, ${way}`, () => {
    it('say each alert to its end once, never twice, as long as one of them can be heard', async function () {
      this.timeout(60_000);
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 4 }), async (rounds) => {
          await play(rounds, without);
        }),
        { numRuns: 80 },
      );
    });
  });
}

async function play(rounds: readonly Step[][], without: readonly 'locks'[]): Promise<void> {
  const browser = createFakeBrowser();
  const { clock } = browser;
  const tabs: Known[] = [];
  const all: FakeTab[] = [];
  let alert = paid(0);
  let wasCrashedInPhrase = false;

  const deliver = ({ tab, isLost, isFrozen }: Known) => {
    if (!isLost && !isFrozen) tab.sound.ring([alert]);
  };
  const open = (clicked: boolean) => {
    const tab = browser.open({ clicked, without, settings });
    const known = { tab, isClicked: clicked, isFrozen: false, isMuted: false, isLost: false };
    tabs.push(known);
    all.push(tab);
    return known;
  };
  const remove = (known: Known) => tabs.splice(tabs.indexOf(known), 1);

  const actions: Record<Action, (known: Known) => void> = {
    open: () => deliver(open(true)),
    close(known) {
      known.tab.close();
      remove(known);
    },
    crash(known) {
      const { sound, synthesis } = known.tab;
      const isMarked = browser.storage.get(rungLogKey('default'))?.includes(`"${alert.eventId}"`) ?? false;
      wasCrashedInPhrase ||= isMarked && (sound.state === 'speaking-tab' || synthesis.isBusy);
      known.tab.crash();
      remove(known);
    },
    freeze(known) {
      known.isFrozen = true;
      known.tab.freeze();
    },
    thaw(known) {
      known.isFrozen = false;
      known.tab.thaw();
      deliver(known);
    },
    mute(known) {
      known.isMuted = true;
      known.tab.sound.configure({ ...settings, muted: true });
    },
    unmute(known) {
      known.isMuted = false;
      known.tab.sound.configure(settings);
    },
    hide: ({ tab }) => tab.hide(),
    show: ({ tab }) => tab.show(),
    lose(known) {
      known.isLost = true;
      known.tab.sound.linkLost('lost');
    },
    find(known) {
      known.isLost = false;
      known.tab.sound.linkLost(undefined);
      deliver(known);
    },
    click(known) {
      known.isClicked = true;
      known.tab.click();
    },
  };

  open(true);
  open(true);
  open(false);
  await clock.advance(1_000);
  for (const [round, its] of rounds.entries()) {
    alert = paid(round + 1);
    wasCrashedInPhrase = false;
    for (const known of tabs) deliver(known);
    for (const { afterMs, action, tab } of its) {
      await clock.advance(afterMs);
      const known = tabs[tab % Math.max(1, tabs.length)];
      if (known !== undefined) actions[action](known);
    }
    await clock.advance(SETTLED_MS);
    const text = `您有新的订单，尾号 0 0 0 ${round + 1}`;
    const times = all
      .flatMap(({ synthesis }) => synthesis.finished)
      .filter((spoken) => spoken === text).length;
    const isHeard = tabs.some((one) => one.isClicked && !one.isFrozen && !one.isMuted && !one.isLost);
    const least = isHeard && !wasCrashedInPhrase ? 1 : 0;
    expect(times, `how often alert ${round + 1} was said to its end`).to.be.within(least, 1);
    if (isHeard) {
      const speaking = tabs.filter(({ tab }) => tab.sound.state === 'speaking-tab');
      expect(speaking, 'speaking tabs').to.have.length(1);
    }
    for (const { tab } of tabs) tab.sound.ring([]);
    await clock.advance(1_000);
  }
}
