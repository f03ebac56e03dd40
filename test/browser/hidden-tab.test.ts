/**
 * A till in a tab out of sight, for longer than browsers let its own timers run on time. Chromium's own slowing down sets
 * in at times and at times not, also where a flag asks for it: so here the page's timers are slowed down as it does it.
 */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import type { Utterance } from './support/fake-speech.ts';
import { openTab, type PlainTab } from './support/plain-tab.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { fakeSpeech } from './support/speech.ts';
import { payOrder, WITHOUT_CHIME } from './support/till.ts';

/** Once a minute, from so short a wait on as chained timers have; how many were slowed down is counted. */
const SLOW = `
  const setAsEver = window.setTimeout;
  window.slowed = 0;
  window.setTimeout = (call, ms = 0) => {
    const isSlow = document.visibilityState === 'hidden' && ms >= 500;
    if (isSlow) window.slowed++;
    return setAsEver(call, isSlow ? Math.max(ms, 60_000) : ms);
  };
`;
const LINK = `document.querySelector('[data-testid=link]')?.dataset.state`;

describe('a tab out of sight', function () {
  this.timeout(120_000);
  let shopfront: Shopfront;
  let tab: PlainTab | undefined;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(async () => {
    await tab?.close();
    tab = undefined;
    await shopfront.clear();
  });
  after(() => shopfront.tearDown());

  const until = (state: string, ms: number) =>
    eventually(async () => expect(await tab?.evaluate(LINK)).to.equal(state), ms);

  it('rings on time, and is back within 5 s of a restart, while its own timers run once a minute', async () => {
    const service = await shopfront.serve();
    const mutedUntil = Date.now() + 15_000;
    const settings = JSON.stringify({ ...WITHOUT_CHIME, mutedUntil });
    tab = await openTab(`${service.url}/?shop=hidden`, {
      // What a gesture unlocks is no part of this.
      arguments: ['--autoplay-policy=no-user-gesture-required'],
      script: `localStorage.setItem('orderbell.settings', ${JSON.stringify(settings)}); ${SLOW} ${await fakeSpeech('ends')}`,
    });
    await until('live', 10_000);
    await tab.hide();
    await payOrder(service.url, '10001', 'hidden');
    expect(await tab.evaluate('document.visibilityState')).to.equal('hidden');

    let spoken: Utterance[] = [];
    await eventually(async () => {
      spoken = (await tab?.evaluate<Utterance[]>('observedSpeech.spoken')) ?? [];
      expect(spoken.map(({ text }) => text)).to.include('New order, ending in 0 0 0 1');
    }, 30_000);
    expect((spoken.at(-1)?.at ?? 0) - mutedUntil).to.be.within(0, 3_000);

    await service.stop();
    await until('waiting', 10_000);
    await shopfront.serve({ PORT: new URL(service.url).port });
    await until('live', 5_000);
    expect(await tab.evaluate('slowed')).to.be.greaterThan(10);
  });
});
