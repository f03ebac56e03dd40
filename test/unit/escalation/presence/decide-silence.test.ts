import { expect } from 'chai';
import fc from 'fast-check';
import { type ReadyPolicy, readPolicy } from '../../../../src/domain/escalation-policy.ts';
import { isOpenAt } from '../../../../src/domain/opening-hours.ts';
import {
  decideSilence,
  SETTLED_MS,
  type SilentShop,
} from '../../../../src/escalation/presence/decide-silence.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** A Monday. */
const NOON = Date.parse('2026-11-30T12:00:00.000Z');

function policy(over: object = {}): ReadyPolicy {
  const steps = [{ afterSeconds: 45, when: 'unheard', targets: ['manager'] }];
  const read = readPolicy({ steps, expireAfterSeconds: 900, ...over }, new Set(['manager']));
  if (!read.ok) throw new Error(read.rule);
  return read.policy;
}

const OPENING = { timeZone: 'UTC', hours: { mon: ['09:00-22:00'], tue: ['09:00-22:00'] } };

const silent = (over: Partial<SilentShop> = {}): SilentShop => ({
  since: NOON,
  hasHeard: true,
  hasOpen: false,
  hearingSince: undefined,
  deafSince: undefined,
  ...over,
});

describe('a shop that has lost its last session', () => {
  it('is deaf after the time of its policy, and not a moment before', () => {
    const after = policy({ deafAfterSeconds: 30 });
    expect(decideSilence(silent(), after, NOON + 30 * SECOND - 1)).to.deep.equal({
      outcome: 'look-again',
      at: NOON + 30 * SECOND,
    });
    expect(decideSilence(silent(), after, NOON + 30 * SECOND)).to.deep.equal({ outcome: 'deaf' });
  });

  it('waits where no policy applies, and is forgotten where it never had a session nor has anything open', () => {
    expect(decideSilence(silent(), undefined, NOON + 9 * MINUTE)).to.deep.equal({ outcome: 'wait' });
    const never = silent({ hasHeard: false });
    expect(decideSilence(never, policy(), NOON + 9 * MINUTE)).to.deep.equal({ outcome: 'forget' });
    expect(decideSilence({ ...never, hasOpen: true }, policy(), NOON + 9 * MINUTE)).to.deep.equal({
      outcome: 'deaf',
    });
  });

  it('stays deaf until it hears, whatever became of its policy', () => {
    const deaf = silent({ deafSince: NOON });
    for (const of of [policy(), undefined]) {
      expect(decideSilence(deaf, of, NOON + 99 * MINUTE)).to.deep.equal({ outcome: 'wait' });
      expect(decideSilence({ ...deaf, hearingSince: NOON }, of, NOON + SETTLED_MS)).to.deep.equal({
        outcome: 'hearing',
      });
    }
  });

  it('hears only once a session has been there for a moment', () => {
    const back = silent({ hearingSince: NOON + MINUTE });
    expect(decideSilence(back, policy(), NOON + MINUTE + 1)).to.deep.equal({
      outcome: 'look-again',
      at: NOON + MINUTE + SETTLED_MS,
    });
    expect(decideSilence(back, policy(), NOON + MINUTE + SETTLED_MS)).to.deep.equal({ outcome: 'forget' });
  });

  for (const outsideHours of ['hold', 'skip'] as const) {
    it(`with hours and ${outsideHours} is deaf after so much open time: a night does not count`, () => {
      const since = Date.parse('2026-11-30T21:59:40.000Z');
      const at = Date.parse('2026-12-01T09:00:40.000Z');
      const of = policy({ ...OPENING, outsideHours });
      for (const now of [since, since + 5 * MINUTE, at - 1]) {
        expect(decideSilence(silent({ since }), of, now)).to.deep.equal({ outcome: 'look-again', at });
      }
      expect(decideSilence(silent({ since }), of, at)).to.deep.equal({ outcome: 'deaf' });
    });
  }

  it('with hours and fire is deaf in the night as well', () => {
    const since = Date.parse('2026-11-30T23:00:00.000Z');
    const of = policy({ ...OPENING, outsideHours: 'fire' });
    expect(decideSilence(silent({ since }), of, since + MINUTE)).to.deep.equal({ outcome: 'deaf' });
  });

  it('is looked at at the opening where the shop has closed when its time was over', () => {
    const since = Date.parse('2026-11-30T21:58:00.000Z');
    const now = Date.parse('2026-11-30T22:00:30.000Z');
    expect(decideSilence(silent({ since }), policy(OPENING), now)).to.deep.equal({
      outcome: 'look-again',
      at: Date.parse('2026-12-01T09:00:00.000Z'),
    });
  });

  it('is never deaf too early, in closed time or while it hears, and is always looked at again later', () => {
    const week = 7 * 24 * 60 * MINUTE;
    const instants = fc.integer({ min: NOON - week, max: NOON + week });
    const optional = fc.option(instants, { nil: undefined });
    const shops = fc.record({
      since: instants,
      hasHeard: fc.boolean(),
      hasOpen: fc.boolean(),
      hearingSince: optional,
      deafSince: optional,
    });
    const policies = fc.option(
      fc.tuple(fc.constantFrom('hold', 'skip', 'fire'), fc.integer({ min: 10, max: 3_600 }), fc.boolean()),
      { nil: undefined },
    );
    fc.assert(
      fc.property(shops, policies, instants, (shop, choice, now) => {
        const [outsideHours, deafAfterSeconds, hasHours] = choice ?? [];
        const of =
          choice === undefined
            ? undefined
            : policy({ outsideHours, deafAfterSeconds, ...(hasHours ? OPENING : {}) });
        const verdict = decideSilence(shop, of, now);
        if (verdict.outcome === 'look-again') expect(verdict.at).to.be.above(now);
        if (verdict.outcome === 'hearing') expect(shop.deafSince).to.be.a('number');
        if (verdict.outcome !== 'deaf') return;
        expect([shop.hearingSince, shop.deafSince]).to.deep.equal([undefined, undefined]);
        expect(now - shop.since).to.be.at.least((deafAfterSeconds ?? 0) * SECOND);
        if (of?.hours !== undefined && outsideHours !== 'fire') {
          expect(isOpenAt(of.hours, new Date(now))).to.equal(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
