/** Several tabs of one fake browser: one speaks, another takes over, nothing is said twice. */

import { expect } from 'chai';
import type { Alert } from '../../../../src/client/types.ts';
import { LEASE_MS } from '../../../../src/console/sound/lease-lead.ts';
import { defaultSettings } from '../../../../src/console/sound/settings.ts';
import {
  createFakeBrowser,
  type FakeTab,
  paid,
  reminded,
  type TabOptions,
} from '../../../support/sound/fake-tabs.ts';

/** As long as it takes until somebody has the lead, whatever happened. */
const SETTLED_MS = LEASE_MS + 1_000;

const ways: [string, TabOptions['without']][] = [
  ['by Web Locks', []],
  ['by a lease in the storage', ['locks']],
];

for (const [way, without = []] of ways) {
  describe(`several tabs, ${way}`, () => {
    async function openTabs(...options: TabOptions[]) {
      const browser = createFakeBrowser();
      const { clock } = browser;
      const open = async (more: TabOptions = {}) => {
        const tab = browser.open({ ...more, without: [...without, ...(more.without ?? [])] });
        await clock.advance(1_000);
        return tab;
      };
      const tabs: FakeTab[] = [];
      for (const one of options) tabs.push(await open(one));
      const [a, b] = tabs as [FakeTab, FakeTab];
      const ring = (...alerts: Alert[]) => {
        for (const tab of tabs) tab.sound.ring(alerts);
      };
      const spoken = () => tabs.map(({ synthesis }) => synthesis.spoken.length);
      const leads = () => tabs.map(({ sound }) => sound.state === 'speaking-tab');
      return { browser, clock, open, tabs, a, b, ring, spoken, leads };
    }

    it('speak with one voice, and know who it is', async () => {
      const { clock, ring, spoken, tabs } = await openTabs({}, {}, {});
      ring(paid(1));
      await clock.advance(25_000);
      expect(spoken()).to.deep.equal([1, 0, 0]);
      expect(tabs.map(({ sound }) => sound.state)).to.deep.equal(['speaking-tab', 'follower', 'follower']);
    });

    it('speak with one voice though all were opened in the same moment', async () => {
      const browser = createFakeBrowser();
      const tabs = Array.from({ length: 8 }, () => browser.open({ without }));
      for (const { sound } of tabs) sound.ring([paid(1)]);
      await browser.clock.advance(20_000);
      expect(tabs.flatMap(({ synthesis }) => synthesis.spoken)).to.have.length(1);
      expect(tabs.filter(({ sound }) => sound.state === 'speaking-tab')).to.have.length(1);
    });

    it('take over when the one that speaks closes: new alerts ring, what has rung does not ring at once', async () => {
      const { clock, a, b, ring, spoken } = await openTabs({}, {});
      ring(paid(1));
      await clock.advance(5_000);
      a.close();
      await clock.advance(1_000);
      expect(b.sound.state).to.equal('speaking-tab');
      expect(spoken()).to.deep.equal([1, 0]);
      b.sound.ring([paid(1), paid(2)]);
      await clock.advance(2_000);
      expect(b.synthesis.spoken).to.deep.equal(['您有新的订单，尾号 0 0 0 2']);
    });

    it('take over when it crashes, and go on ringing for what is open', async () => {
      const { clock, a, b, ring } = await openTabs({}, {});
      ring(paid(1));
      await clock.advance(2_000);
      a.crash();
      await clock.advance(SETTLED_MS);
      expect(b.sound.state).to.equal('speaking-tab');
      await clock.advance(30_000);
      expect(b.synthesis.spoken).to.have.length(1);
    });

    it('say from its beginning what the one that closed was saying', async () => {
      const { clock, a, b, ring } = await openTabs(
        { settings: { repeatSeconds: 0 } },
        { settings: { repeatSeconds: 0 } },
      );
      ring(paid(1));
      await clock.advance(800);
      expect(a.synthesis.isBusy).to.equal(true);
      a.close();
      await clock.advance(5_000);
      expect(b.synthesis.spoken).to.deep.equal(['您有新的订单，尾号 0 0 0 1']);
      await clock.advance(60_000);
      expect(b.synthesis.spoken).to.have.length(1);
    });

    it('are silenced in all of them by an acknowledgement', async () => {
      const { clock, a, ring, spoken } = await openTabs({}, {});
      ring(paid(1));
      await clock.advance(800);
      expect(a.synthesis.isBusy).to.equal(true);
      ring();
      expect(a.synthesis.isBusy).to.equal(false);
      await clock.advance(60_000);
      expect(spoken()).to.deep.equal([1, 0]);
    });

    it('leave it to one in which somebody has clicked', async () => {
      const { clock, a, ring, spoken, leads } = await openTabs({ clicked: false }, {});
      ring(paid(1));
      await clock.advance(5_000);
      expect(a.sound.state).to.equal('locked');
      expect(leads()).to.deep.equal([false, true]);
      expect(spoken()).to.deep.equal([0, 1]);
    });

    it('leave it to one that is not muted, also from the middle of a phrase', async () => {
      const { clock, a, b, ring, spoken } = await openTabs({}, {});
      ring(paid(1));
      await clock.advance(800);
      a.sound.configure({ ...defaults, muted: true });
      await clock.advance(2_000);
      expect(b.sound.state).to.equal('speaking-tab');
      expect(spoken()).to.deep.equal([1, 1]);
    });

    it('leave it to one whose link is not lost, which need not tell of it', async () => {
      const { clock, a, b, spoken } = await openTabs({}, {});
      a.sound.linkLost('lost');
      await clock.advance(2_000);
      b.sound.ring([paid(1)]);
      await clock.advance(2_000);
      expect(a.sound.state).to.equal('follower');
      expect(spoken()).to.deep.equal([0, 1]);
      expect(b.synthesis.spoken).to.deep.equal(['您有新的订单，尾号 0 0 0 1']);
    });

    it('tell once of a link that all of them have lost', async () => {
      const { clock, a, b, spoken } = await openTabs({}, {});
      a.sound.linkLost('lost');
      await clock.advance(3_000);
      b.sound.linkLost('lost');
      await clock.advance(20_000);
      expect(spoken().reduce((sum, times) => sum + times)).to.equal(1);
    });

    it('leave it to the first whose link is back', async () => {
      const { clock, a, b } = await openTabs({}, {});
      b.sound.linkLost('lost');
      a.sound.linkLost('lost');
      await clock.advance(10_000);
      b.sound.linkLost(undefined);
      await clock.advance(1_000);
      expect(a.sound.state).to.equal('follower');
      expect(b.sound.state).to.equal('speaking-tab');
    });

    it('leave it to the one that somebody looks at, and let a phrase that has begun end', async () => {
      const { clock, a, b, ring, spoken } = await openTabs({}, {});
      b.hide();
      ring(paid(1));
      await clock.advance(800);
      a.hide();
      b.show();
      await clock.advance(1_000);
      expect(b.sound.state).to.equal('speaking-tab');
      expect(spoken()).to.deep.equal([1, 0]);
      expect(a.synthesis.cancels).to.equal(0);
      ring(paid(1), reminded(2));
      await clock.advance(2_000);
      expect(spoken()).to.deep.equal([1, 1]);
      b.close();
      await clock.advance(1_000);
      expect(a.sound.state).to.equal('speaking-tab');
    });

    it('say what was cut in a tab that had lost the lead in the middle of it', async () => {
      const { clock, a, b, ring } = await openTabs({ settings: once }, { settings: once });
      b.hide();
      ring(paid(1));
      await clock.advance(800);
      a.hide();
      b.show();
      await clock.advance(550);
      expect(b.sound.state).to.equal('speaking-tab');
      expect(a.synthesis.isBusy).to.equal(true);
      a.sound.configure({ ...defaults, ...once, muted: true });
      await clock.advance(2_000);
      expect(b.synthesis.spoken).to.have.length(1);
    });

    it('speak with one voice when the lead is lost in the moment in which a ring begins', async () => {
      for (let atMs = 385; atMs < 410; atMs++) {
        const { clock, a, b, ring, spoken } = await openTabs({}, {});
        b.hide();
        await clock.advance(50);
        b.show();
        ring(paid(1));
        await clock.advance(atMs);
        a.hide();
        await clock.advance(5_000);
        expect(
          spoken().reduce((sum, times) => sum + times),
          `lost after ${atMs} ms`,
        ).to.equal(1);
      }
    });

    it('speak with one voice when it closes in that moment, and many would take over', async () => {
      for (let atMs = 385; atMs < 400; atMs++) {
        const { clock, a, ring, spoken } = await openTabs({}, {}, {}, {});
        ring(paid(1));
        await clock.advance(atMs);
        a.close();
        await clock.advance(5_000);
        expect(spoken(), `closed after ${atMs} ms`).to.include(1);
        expect(
          spoken().reduce((sum, times) => sum + times),
          `closed after ${atMs} ms`,
        ).to.equal(1);
      }
    });

    it('do not hand it about among equals', async () => {
      const { clock, a, b, leads } = await openTabs({}, {});
      for (const tab of [a, b, a, b]) {
        tab.hide();
        await clock.advance(1_000);
        tab.show();
        await clock.advance(1_000);
      }
      const before = leads();
      a.show();
      b.show();
      await clock.advance(SETTLED_MS);
      expect(leads()).to.deep.equal(before);
      expect(before.filter(Boolean)).to.have.length(1);
    });

    it('take over from one that is frozen, and give it back its place in the row when it thaws', async () => {
      const { clock, a, b, ring, spoken } = await openTabs({}, {});
      a.freeze();
      await clock.advance(1_000);
      expect(b.sound.state).to.equal('speaking-tab');
      a.thaw();
      await clock.advance(SETTLED_MS);
      expect(a.sound.state).to.equal('follower');
      ring(paid(1));
      await clock.advance(5_000);
      expect(spoken()).to.deep.equal([0, 1]);
      b.close();
      await clock.advance(1_000);
      expect(a.sound.state).to.equal('speaking-tab');
    });

    it('of two shops each have their own voice', async () => {
      const { clock, ring, spoken } = await openTabs({ shop: 'a' }, { shop: 'b' });
      ring(paid(1));
      await clock.advance(5_000);
      expect(spoken()).to.deep.equal([1, 1]);
    });

    it('each test their own sound', async () => {
      const { clock, b } = await openTabs({}, {});
      const test = b.sound.test(1);
      await clock.advance(5_000);
      expect(await test).to.equal('spoken');
      expect(b.sound.state).to.equal('follower');
    });

    it('are all silent when the one that was asked to stop has stopped, but for the next', async () => {
      const { clock, a, b } = await openTabs({}, {});
      a.sound.stop();
      await clock.advance(1_000);
      expect(b.sound.state).to.equal('speaking-tab');
    });
  });
}

describe('several tabs, by a lease in the storage, of which one has slept', () => {
  it('speak with one voice: who wakes does not take an old lease for a new one', async () => {
    const browser = createFakeBrowser();
    const [a, b] = [browser.open({ without: ['locks'] }), browser.open({ without: ['locks'] })];
    await browser.clock.advance(1_000);
    const [asleep, awake] = a.sound.state === 'speaking-tab' ? [a, b] : [b, a];
    for (const { sound } of [a, b]) sound.ring([paid(1)]);
    await browser.clock.advance(100);
    asleep.sleep();
    await browser.clock.advance(SETTLED_MS + 2_000);
    expect(awake.synthesis.spoken).to.have.length(1);
    asleep.wake();
    await browser.clock.advance(5_000);
    expect(asleep.synthesis.spoken).to.deep.equal([]);
    expect([a, b].filter(({ sound }) => sound.state === 'speaking-tab')).to.have.length(1);
  });

  it('go on where they were if nobody has taken over', async () => {
    const browser = createFakeBrowser();
    const only = browser.open({ without: ['locks'] });
    await browser.clock.advance(1_000);
    only.sleep();
    await browser.clock.advance(60_000);
    only.wake();
    only.sound.ring([paid(1)]);
    await browser.clock.advance(2_000);
    expect(only.synthesis.spoken).to.have.length(1);
    expect(only.sound.state).to.equal('speaking-tab');
  });
});

describe('tabs of a browser that refuses its Web Locks', () => {
  it('speak with one voice all the same', async () => {
    const browser = createFakeBrowser();
    const tabs = [0, 1].map(() => browser.open({ refusesLocks: true }));
    for (const { sound } of tabs) sound.ring([paid(1)]);
    await browser.clock.advance(5_000);
    expect(tabs.map(({ sound }) => sound.state).toSorted()).to.deep.equal(['follower', 'speaking-tab']);
    expect(tabs.flatMap(({ synthesis }) => synthesis.spoken)).to.have.length(1);
  });
});

describe('tabs of a browser that keeps nothing', () => {
  it('speak with one voice by Web Locks, and go on ringing when that one closes', async () => {
    const browser = createFakeBrowser();
    const [a, b] = [browser.open({ without: ['storage'] }), browser.open({ without: ['storage'] })];
    for (const { sound } of [a, b]) sound.ring([paid(1)]);
    await browser.clock.advance(5_000);
    expect([a.synthesis.spoken.length, b.synthesis.spoken.length]).to.deep.equal([1, 0]);
    a.close();
    await browser.clock.advance(31_000);
    expect(b.synthesis.spoken.length).to.be.greaterThan(0);
  });

  it('each speak where there are no Web Locks either: rather twice than never', async () => {
    const browser = createFakeBrowser();
    const tabs = [0, 1].map(() => browser.open({ without: ['storage', 'locks'] }));
    for (const { sound } of tabs) sound.ring([paid(1)]);
    await browser.clock.advance(5_000);
    expect(tabs.map(({ synthesis }) => synthesis.spoken.length)).to.deep.equal([1, 1]);
    expect(tabs.map(({ sound }) => sound.state)).to.deep.equal(['speaking-tab', 'speaking-tab']);
  });
});

const once = { repeatSeconds: 0 };

const defaults = { ...defaultSettings('zh'), chime: false };
