/** What the page may report of its alerts and of its sound. */

import { expect } from 'chai';
import type { Hearing } from '../../../src/client/types.ts';
import type { Alerts } from '../../../src/console/model/alerts.ts';
import { type ProgressSituation, progressOf } from '../../../src/console/model/progress.ts';
import { acknowledgedBy, alertOf, alertsFrom, dayLog, pageAfter } from '../../support/console.ts';

const shopOf = (...alerts: ReturnType<typeof alertsFrom>): Alerts =>
  pageAfter({ kind: 'loaded', log: dayLog(alerts) });

function report(over: Partial<ProgressSituation> = {}, soundedSeqs: readonly number[] = []) {
  return progressOf({
    alerts: shopOf(...alertsFrom(1, 3)),
    isVisible: true,
    sound: 'speaking-tab',
    hasFailed: false,
    settings: { muted: false, volume: 1 },
    sounded: () => new Set(soundedSeqs.map((seq) => `event-${seq}`)),
    ...over,
  });
}

describe('spoken', () => {
  it('is up to the last alert that sounded, before the first open one that did not', () => {
    expect(report({}, []).spoken).to.equal(undefined);
    expect(report({}, [1]).spoken).to.equal(1);
    expect(report({}, [1, 2, 3]).spoken).to.equal(3);
    expect(report({}, [1, 3]).spoken, 'a reminder rang first').to.equal(1);
    expect(report({}, [2, 3]).spoken).to.equal(undefined);
  });

  it('is not held back by what was acknowledged before it sounded, nor is that reported', () => {
    const alerts = shopOf(
      alertOf(1),
      alertOf(2, acknowledgedBy('till-1')),
      alertOf(3),
      alertOf(4, acknowledgedBy('a')),
    );
    expect(report({ alerts }, [1]).spoken).to.equal(1);
    expect(report({ alerts }, [1, 3]).spoken).to.equal(3);
    expect(report({ alerts }, [3]).spoken).to.equal(undefined);
    const all = shopOf(...alertsFrom(1, 3, acknowledgedBy('till-1')));
    expect(report({ alerts: all }, []).spoken).to.equal(undefined);
  });

  it('is not held back by what was acknowledged here and is not confirmed', () => {
    const alerts = pageAfter({ kind: 'loaded', log: dayLog(alertsFrom(1, 2)) }, { kind: 'ack', seqs: [1] });
    expect(report({ alerts }, [2]).spoken).to.equal(2);
  });

  for (const sound of ['follower', 'locked', 'muted', 'unavailable'] as const) {
    it(`is not reported by a tab that is ${sound}`, () => {
      expect(report({ sound }, [1, 2, 3]).spoken).to.equal(undefined);
    });
  }
});

describe('seen', () => {
  it('is up to the last open alert on a visible page, whatever sounded', () => {
    expect(report().seen).to.equal(3);
    expect(report({ isVisible: false }).seen).to.equal(undefined);
    expect(report({ sound: 'locked' }).seen).to.equal(3);
  });

  it('ends before the first alert that a full pop-up only counts', () => {
    const several = shopOf(...alertsFrom(1, 60), alertOf(61, { type: 2 }));
    expect(report({ alerts: several }).seen).to.equal(50);
    const some = shopOf(...alertsFrom(1, 49), alertOf(50, { type: 2 }));
    expect(report({ alerts: some }).seen).to.equal(50);
  });

  it('is nothing where nothing is open', () => {
    expect(report({ alerts: shopOf(...alertsFrom(1, 3, acknowledgedBy('a'))) }).seen).to.equal(undefined);
    expect(report({ alerts: pageAfter() }).seen).to.equal(undefined);
  });
});

describe('hearing', () => {
  const cases: readonly [Hearing['sound'], string, Partial<ProgressSituation>][] = [
    ['on', 'where this tab speaks', {}],
    ['on', 'where another tab speaks, and this one could', { sound: 'follower' }],
    ['on', 'where another tab speaks, whatever failed here before', { sound: 'follower', hasFailed: true }],
    ['locked', 'before the first click', { sound: 'locked' }],
    ['muted', 'where it is muted', { sound: 'muted', settings: { muted: true, volume: 1 } }],
    ['muted', 'at volume 0', { settings: { muted: false, volume: 0 } }],
    [
      'muted',
      'at volume 0 before the first click',
      { sound: 'locked', settings: { muted: false, volume: 0 } },
    ],
    ['failed', 'where neither voice nor chime came out', { hasFailed: true }],
    ['failed', 'where the browser has neither', { sound: 'unavailable' }],
    ['locked', 'where a click is what is missing', { sound: 'locked', hasFailed: true }],
  ];
  for (const [sound, why, situation] of cases) {
    it(`is ${sound} ${why}`, () => {
      expect(report(situation).hearing).to.deep.equal({ sound, visible: true });
    });
  }

  it('says whether the page is visible', () => {
    expect(report({ isVisible: false }).hearing).to.deep.equal({ sound: 'on', visible: false });
  });
});
