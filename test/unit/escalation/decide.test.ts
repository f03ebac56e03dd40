import { expect } from 'chai';
import fc from 'fast-check';
import { type ReadyPolicy, readPolicy } from '../../../src/domain/escalation-policy.ts';
import { isOpenAt } from '../../../src/domain/opening-hours.ts';
import { type Circumstances, decide, type Fired, type Standing } from '../../../src/escalation/decide.ts';

const TARGETS = new Set(['platform', 'manager']);

function policyOf(value: unknown): ReadyPolicy {
  const read = readPolicy(value, TARGETS);
  if (!read.ok) throw new Error(`${read.path}: ${read.rule}`);
  return read.policy;
}

const LADDER = {
  steps: [
    { afterSeconds: 45, when: 'unheard', targets: ['platform'] },
    { afterSeconds: 180, when: 'unacknowledged', targets: ['manager'] },
    { afterSeconds: 480, when: 'unacknowledged', targets: ['manager', 'platform'] },
  ],
  expireAfterSeconds: 900,
};
/** Monday, 10:00 in Shanghai. */
const START = Date.parse('2026-11-23T02:00:00Z');
const FRESH: Standing = { startedAt: START, cycle: 0, step: 1 };
const QUIET: Circumstances = { isSpoken: false, isHearing: true, isDeaf: false };
const HEARD: Circumstances = { isSpoken: true, isHearing: true, isDeaf: false };
const DEAF: Circumstances = { isSpoken: false, isHearing: false, isDeaf: true };

const at = (seconds: number) => START + seconds * 1000;

function stepOf(policy: ReadyPolicy, seconds: number, circumstances = QUIET, standing = FRESH) {
  const decision = decide(policy, standing, circumstances, at(seconds));
  if (decision.outcome === 'expired') return 'expired';
  const { fired, next, dueAt } = decision;
  return {
    fired: fired?.step,
    cycle: fired?.cycle,
    next: [next.cycle, next.step],
    due: (dueAt - START) / 1000,
  };
}

describe('the decision on an open notification', () => {
  const ladder = policyOf(LADDER);

  it('fires nothing before the first step is due', () => {
    expect(stepOf(ladder, 44.9)).to.deep.equal({ fired: undefined, cycle: undefined, next: [0, 1], due: 45 });
  });

  it('fires each step when it is due, with the targets of that step', () => {
    expect(stepOf(ladder, 45)).to.deep.equal({ fired: 1, cycle: 0, next: [0, 2], due: 180 });
    const third = decide(ladder, { ...FRESH, step: 3 }, QUIET, at(480));
    expect(third).to.have.deep.nested.property('fired.targets', ['manager', 'platform']);
  });

  it('passes over a step for what is unheard once it is spoken and a session can sound', () => {
    expect(stepOf(ladder, 45, HEARD)).to.deep.equal({
      fired: undefined,
      cycle: undefined,
      next: [0, 2],
      due: 180,
    });
    expect(stepOf(ladder, 45, { ...HEARD, isHearing: false })).to.include({ fired: 1 });
  });

  it('fires only the newest step after a downtime', () => {
    expect(stepOf(ladder, 500)).to.deep.equal({ fired: 3, cycle: 0, next: [1, 4], due: 900 });
    const heardLast = policyOf({
      ...LADDER,
      steps: [...LADDER.steps.slice(1), { afterSeconds: 500, when: 'unheard', targets: ['platform'] }],
    });
    expect(stepOf(heardLast, 600, HEARD)).to.include({ fired: 2 });
  });

  it('expires when its time is over, also after a downtime, and fires nothing then', () => {
    expect(stepOf(ladder, 900, QUIET, { ...FRESH, cycle: 1, step: 4 })).to.equal('expired');
    expect(stepOf(ladder, 100_000)).to.equal('expired');
  });

  it('does not wait with a step for what is unheard where the shop is deaf, and with no other', () => {
    expect(stepOf(ladder, 1, DEAF)).to.deep.equal({ fired: 1, cycle: 0, next: [0, 2], due: 180 });
    expect(stepOf(ladder, 2, DEAF, { ...FRESH, step: 2 })).to.include({ fired: undefined, due: 180 });
  });

  it('fires steps for what is unheard one after the other where the shop is deaf', () => {
    const both = policyOf({
      ...LADDER,
      steps: [LADDER.steps[0], { afterSeconds: 90, when: 'unheard', targets: ['manager'] }],
    });
    expect(stepOf(both, 1, DEAF)).to.deep.equal({ fired: 1, cycle: 0, next: [0, 2], due: 90 });
    expect(stepOf(both, 90, DEAF, { ...FRESH, step: 2 })).to.include({ fired: 2 });
  });

  it('comes again from the step that is named, one step after the other', () => {
    const again = policyOf({
      ...LADDER,
      repeat: { fromStep: 2, everySeconds: 100, times: 2 },
      expireAfterSeconds: 1_000,
    });
    const rings: unknown[] = [];
    let standing = FRESH;
    for (let seconds = 1; seconds < 1_000; seconds++) {
      const decision = decide(again, standing, QUIET, at(seconds));
      if (decision.outcome === 'expired') break;
      if (decision.fired) rings.push([seconds, decision.fired.cycle, decision.fired.step]);
      standing = decision.next;
    }
    expect(rings).to.deep.equal([
      [45, 0, 1],
      [180, 0, 2],
      [480, 0, 3],
      [580, 1, 2],
      [680, 1, 3],
      [780, 2, 2],
      [880, 2, 3],
    ]);
  });

  describe('outside the hours of the shop', () => {
    const hours = { timeZone: 'Asia/Shanghai', hours: { mon: ['09:00-10:01'], tue: ['09:00-22:00'] } };
    /** Tuesday, 09:00 in Shanghai, in seconds after the start. */
    const OPENING = 23 * 3600;

    it('holds: the clock stands still until the shop opens, the expiry too', () => {
      const holding = policyOf({ ...LADDER, ...hours });
      expect(stepOf(holding, 45)).to.include({ fired: 1, due: OPENING + 120 });
      const held = { ...FRESH, step: 2 };
      expect(stepOf(holding, 200, QUIET, held)).to.deep.equal({
        fired: undefined,
        cycle: undefined,
        next: [0, 2],
        due: OPENING,
      });
      expect(stepOf(holding, OPENING + 120, QUIET, held)).to.include({ fired: 2, due: OPENING + 420 });
      expect(stepOf(holding, OPENING + 839, QUIET, { ...FRESH, cycle: 1, step: 4 })).to.include({
        due: OPENING + 840,
      });
      expect(stepOf(holding, OPENING + 840, QUIET, { ...FRESH, cycle: 1, step: 4 })).to.equal('expired');
    });

    it('skips: steps that are due then fire never, and it expires in its time', () => {
      const skipping = policyOf({ ...LADDER, ...hours, outsideHours: 'skip' });
      expect(stepOf(skipping, 180, QUIET, { ...FRESH, step: 2 })).to.deep.equal({
        fired: undefined,
        cycle: undefined,
        next: [0, 3],
        due: 480,
      });
      expect(stepOf(skipping, 61, DEAF)).to.include({ fired: undefined });
      expect(stepOf(skipping, 900)).to.equal('expired');
    });

    it('fires all the same where it is told to', () => {
      const firing = policyOf({ ...LADDER, ...hours, outsideHours: 'fire' });
      expect(stepOf(firing, 180, QUIET, { ...FRESH, step: 2 })).to.include({ fired: 2 });
    });
  });

  it('fires each step at most once, in order, none after the expiry, whatever happens when', () => {
    const step = fc.record({
      gap: fc.integer({ min: 1, max: 300 }),
      when: fc.constantFrom('unheard', 'unacknowledged'),
      targets: fc.constantFrom(['platform'], ['manager', 'platform']),
    });
    const policies = fc
      .record({
        gaps: fc.array(step, { minLength: 1, maxLength: 4 }),
        repeat: fc.option(
          fc.record({
            from: fc.nat(3),
            everySeconds: fc.integer({ min: 10, max: 200 }),
            times: fc.integer({ min: 1, max: 3 }),
          }),
          { nil: undefined },
        ),
        rest: fc.integer({ min: 1, max: 900 }),
        outsideHours: fc.constantFrom('hold', 'skip', 'fire'),
        hours: fc.option(
          fc.constantFrom(
            { mon: ['09:00-10:15'], tue: ['09:00-12:00'] },
            { mon: ['10:00-10:15', '10:20-10:40', '11:00-11:15'] },
          ),
          { nil: undefined },
        ),
      })
      .map(({ gaps, repeat, rest, outsideHours, hours }) => {
        let afterSeconds = 0;
        const steps = gaps.map(({ gap, when, targets }) => {
          afterSeconds += gap;
          return { afterSeconds, when, targets };
        });
        return policyOf({
          steps,
          ...(repeat && {
            repeat: {
              fromStep: (repeat.from % steps.length) + 1,
              everySeconds: repeat.everySeconds,
              times: repeat.times,
            },
          }),
          expireAfterSeconds: afterSeconds + rest,
          ...(hours && { hours, timeZone: 'Asia/Shanghai' }),
          outsideHours,
        });
      });
    // How late each look is, and what is known then.
    const looks = fc.array(
      fc.record({
        lateSeconds: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2_000 })),
        circumstances: fc.record({ isSpoken: fc.boolean(), isHearing: fc.boolean(), isDeaf: fc.boolean() }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    const property = fc.property(policies, looks, (policy, all) => {
      const fired: Fired[] = [];
      let standing = FRESH;
      let now = START;
      for (const { lateSeconds, circumstances } of all) {
        const decision = decide(policy, standing, circumstances, now);
        if (decision.outcome === 'expired') {
          expect(now - START).to.be.at.least(policy.expireAfterSeconds * 1000);
          break;
        }
        expect(decision.dueAt).to.be.greaterThan(now);
        if (decision.fired !== undefined) {
          fired.push(decision.fired);
          checkFired(policy, decision.fired, circumstances, now);
        }
        standing = decision.next;
        now = decision.dueAt + lateSeconds * 1000;
      }
      const places = fired.map(({ cycle, step }) => cycle * 100 + step);
      expect(places).to.deep.equal([...new Set(places)].toSorted((a, b) => a - b));
    });
    fc.assert(property, { numRuns: 300 });
  }).timeout(60_000);

  function checkFired(policy: ReadyPolicy, fired: Fired, circumstances: Circumstances, now: number): void {
    const { afterSeconds = 0, targets } = policy.steps[fired.step - 1] ?? {};
    expect(fired.targets).to.deep.equal(targets);
    if (fired.when === 'unheard') expect(circumstances.isSpoken && circumstances.isHearing).to.equal(false);
    const isEarly = fired.when === 'unheard' && circumstances.isDeaf;
    if (!isEarly) expect(now - START).to.be.at.least(afterSeconds * 1000);
    if (policy.outsideHours === 'fire' || policy.hours === undefined) {
      expect(now - START).to.be.lessThan(policy.expireAfterSeconds * 1000);
    } else expect(isOpenAt(policy.hours, new Date(now))).to.equal(true);
  }
});
