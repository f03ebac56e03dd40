/** When to ring for what, as a pure decision. */

import { expect } from 'chai';
import type { Alert } from '../../../../src/client/types.ts';
import { LINK_KEY, nextRing, type Situation } from '../../../../src/console/sound/ringing.ts';
import { paid, reminded } from '../../../support/sound/fake-tabs.ts';

const WALL = 1_000_000;

function came(...alerts: [Alert, number][]): Situation['open'] {
  return alerts.map(([alert, cameAt]) => ({ alert, cameAt }));
}

/** What rings, as its kind and its `seq`s; or in how many milliseconds to look again. */
function next(situation: Partial<Situation>) {
  const decision = nextRing({
    steadyNow: 10_000,
    wallNow: WALL,
    open: [],
    rungAt: new Map(),
    linkLostAt: undefined,
    repeatSeconds: 30,
    ...situation,
  });
  if (!('ring' in decision)) return decision.inMs;
  const { kind, alerts } = decision.ring;
  return [kind, ...alerts.map(({ seq }) => seq)];
}

function rung(...times: [Alert, number][]): Situation['rungAt'] {
  return new Map(times.map(([{ eventId }, agoMs]) => [eventId, WALL - agoMs]));
}

describe('nextRing', () => {
  it('waits for nothing where nothing is open', () => {
    expect(next({})).to.equal(undefined);
  });

  it('waits until no more of a burst has come for a moment', () => {
    expect(next({ open: came([paid(1), 10_000]) })).to.equal(400);
    expect(next({ open: came([paid(1), 9_300], [paid(2), 9_900]) })).to.equal(300);
    expect(next({ open: came([paid(1), 9_300], [paid(2), 9_600]) })).to.deep.equal(['paid', 1, 2]);
  });

  it('does not wait for the end of a burst that goes on and on', () => {
    expect(next({ open: came([paid(1), 8_500], [paid(2), 9_999]) })).to.deep.equal(['paid', 1, 2]);
  });

  it('rings reminders first, and does not wait for one kind because of the other', () => {
    const old = [paid(1), 5_000] as [Alert, number];
    expect(next({ open: came(old, [reminded(2), 5_000]) })).to.deep.equal(['reminded', 2]);
    expect(next({ open: came(old, [reminded(2), 9_999]) })).to.deep.equal(['paid', 1]);
  });

  it('lets no kind wait for ever because two others ring on and on', () => {
    const other = { ...paid(3), type: 9 as Alert['type'] };
    const open = came([reminded(1), 0], [paid(2), 0], [other, 0]);
    const rungAt = new Map<string, number>();
    const kinds: unknown[] = [];
    for (let now = WALL; now < WALL + 60_000; now += 100) {
      const decision = nextRing({
        ...{ steadyNow: 10_000 + now - WALL, wallNow: now, open, rungAt, linkLostAt: undefined },
        repeatSeconds: 1,
      });
      if (!('ring' in decision)) continue;
      kinds.push(decision.ring.kind);
      now += 4_000;
      for (const key of decision.ring.keys) rungAt.set(key, now);
    }
    expect(kinds.filter((kind) => kind === 'other')).to.have.length.within(3, 6);
    expect(kinds.filter((kind) => kind === 'reminded').length).to.be.at.least(4);
  });

  it('rings again for all of a kind once one of them is due', () => {
    const open = came([paid(1), 0], [paid(2), 0], [reminded(3), 0]);
    const soon = rung([paid(1), 29_000], [paid(2), 5_000], [reminded(3), 10_000]);
    expect(next({ open, rungAt: soon })).to.equal(1_000);
    const due = rung([paid(1), 30_000], [paid(2), 5_000], [reminded(3), 10_000]);
    expect(next({ open, rungAt: due })).to.deep.equal(['paid', 1, 2]);
  });

  it('rings for a new one alone, and together with the others if their round is near', () => {
    const open = came([paid(1), 0], [paid(2), 9_000]);
    expect(next({ open, rungAt: rung([paid(1), 20_000]) })).to.deep.equal(['paid', 2]);
    expect(next({ open, rungAt: rung([paid(1), 25_000]) })).to.deep.equal(['paid', 1, 2]);
    expect(next({ open, rungAt: rung([paid(1), 900]), repeatSeconds: 2 })).to.deep.equal(['paid', 2]);
  });

  it('rings once where nothing is to be repeated, also after the clock was set back', () => {
    const open = came([paid(1), 0]);
    expect(next({ open, rungAt: rung([paid(1), 9_999_999]), repeatSeconds: 0 })).to.equal(undefined);
    expect(next({ open, rungAt: rung([paid(1), -5_000]), repeatSeconds: 0 })).to.equal(undefined);
  });

  it('rings at once when somebody has set the clock back, rather than in hours', () => {
    expect(next({ open: came([paid(1), 0]), rungAt: rung([paid(1), -3_600_000]) })).to.deep.equal([
      'paid',
      1,
    ]);
  });

  it('announces a lost link first, a moment after it was lost', () => {
    const open = came([reminded(1), 0]);
    expect(next({ linkLostAt: WALL - 400 })).to.equal(600);
    expect(next({ open, linkLostAt: WALL - 1_000 })).to.deep.equal(['linkLost']);
  });

  it('announces a lost link again, but at most once a minute', () => {
    const announced = (agoMs: number) => new Map([[LINK_KEY, WALL - agoMs]]);
    const linkLostAt = WALL - 100_000;
    expect(next({ linkLostAt, rungAt: announced(40_000), repeatSeconds: 10 })).to.equal(20_000);
    expect(next({ linkLostAt, rungAt: announced(60_000), repeatSeconds: 10 })).to.deep.equal(['linkLost']);
    expect(next({ linkLostAt, rungAt: announced(60_000), repeatSeconds: 90 })).to.equal(30_000);
  });

  it('announces each loss once where nothing is to be repeated', () => {
    const announced = new Map([[LINK_KEY, WALL - 70_000]]);
    expect(next({ linkLostAt: WALL - 71_000, rungAt: announced, repeatSeconds: 0 })).to.equal(undefined);
    expect(next({ linkLostAt: WALL - 5_000, rungAt: announced, repeatSeconds: 0 })).to.deep.equal([
      'linkLost',
    ]);
  });

  it('takes what another tab announced a moment before it noticed itself for the same loss', () => {
    const announced = new Map([[LINK_KEY, WALL - 70_000]]);
    expect(next({ linkLostAt: WALL - 60_000, rungAt: announced, repeatSeconds: 0 })).to.equal(undefined);
  });
});
