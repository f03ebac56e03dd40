/** What keeps a till from being silent without anyone noticing: muting that ends, and what the header says of the sound. */

import { expect } from 'chai';
import { isMuted, MUTE_CHOICES, muteEnd } from '../../../src/console/browser/muting.ts';
import { claimsOf } from '../../../src/console/browser/token-claims.ts';
import { LANGUAGES } from '../../../src/console/language/choose.ts';
import { createServiceClock } from '../../../src/console/model/service-clock.ts';
import { audibilityOf, soundWords } from '../../../src/console/view/sound-words.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2025-03-06T12:00:00.000Z');
const DAY_END = Date.parse('2025-03-07T00:00:00.000Z');

describe('muting', () => {
  it('ends after the time that was chosen, or with the day', () => {
    const ends = MUTE_CHOICES.map((choice) => (muteEnd(choice, NOW, DAY_END) - NOW) / MINUTE);
    expect(ends).to.deep.equal([10, 30, 720]);
    const until = muteEnd('10min', NOW, DAY_END);
    expect([isMuted(until, NOW), isMuted(until, until - 1), isMuted(until, until)]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('does not last where its end is no longer to be believed, as after the clock was set back', () => {
    expect(isMuted(NOW + 40 * 24 * 60 * MINUTE, NOW)).to.equal(false);
    expect(isMuted(0, NOW)).to.equal(false);
  });
});

describe('the speaker in the header', () => {
  const cases = [
    ['speaking-tab', 1, true, 'Sound is on'],
    ['speaking-tab', 1, false, 'Sound fails', true],
    ['speaking-tab', 0, false, 'Volume is 0'],
    ['follower', 1, true, 'Another tab speaks', true],
    ['follower', 0, false, 'Volume is 0'],
    ['muted', 1, false, 'Muted until 12:10', true],
    ['locked', 1, false, 'Sound is off'],
    ['unavailable', 1, false, 'This browser cannot play sound'],
  ] as const;
  for (const [sound, volume, isOn, words, hasFailed = false] of cases) {
    const failure = hasFailed ? ', and failed' : '';
    it(`says "${words}" where the sound is ${sound} at volume ${volume}${failure}`, () => {
      const is = audibilityOf({ sound, hasFailed, settings: { volume } });
      const shown = soundWords(is, '12:10', LANGUAGES.en);
      expect(shown).to.include({ isOn, words });
    });
  }
});

describe('what a token says of itself', () => {
  const tokenOf = (claims: unknown) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sealed`;

  it('is its only shop, whether it listens and operates, its beginning and its end', () => {
    const exp = NOW / 1000;
    expect(claimsOf(tokenOf({ shop: 'corner', scope: 'log:read listen', iat: exp - 60, exp }))).to.deep.equal(
      {
        shop: 'corner',
        listens: true,
        operates: false,
        startsAt: NOW - 60_000,
        endsAt: NOW,
      },
    );
    expect(claimsOf(tokenOf({ shop: ['a', 'b'], scope: ['log:read', 'ops'] }))).to.deep.equal({
      shop: undefined,
      listens: false,
      operates: true,
      startsAt: undefined,
      endsAt: undefined,
    });
    expect(claimsOf(tokenOf({}))).to.include({ listens: false });
  });

  it('is nothing where it is no such token', () => {
    for (const token of [undefined, '', 'opaque', 'a.b.c', tokenOf(null)])
      expect(claimsOf(token)).to.equal(undefined);
  });
});

describe("the service's clock", () => {
  it('is what the service named, and goes on; until then it is the till’s', () => {
    let here = NOW - 2 * 24 * 60 * MINUTE;
    const clock = createServiceClock(() => here);
    expect([clock.isKnown, clock.now()]).to.deep.equal([false, here]);
    clock.set('2025-03-06T12:00:00.000Z');
    here += MINUTE;
    expect([clock.isKnown, clock.now()]).to.deep.equal([true, NOW + MINUTE]);
    clock.set('no time');
    expect(clock.now()).to.equal(NOW + MINUTE);
  });
});
