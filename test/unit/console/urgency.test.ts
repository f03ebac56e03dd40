import { expect } from 'chai';
import { pauseSeconds, urgencyOf } from '../../../src/console/model/urgency.ts';
import { TODAY } from '../../support/console.ts';

const LIMITS = { lateMinutes: 3, overdueMinutes: 6 };

describe('how pressing an alert is', () => {
  const ages: [seconds: number, urgency: string][] = [
    [-60, 'fresh'],
    [179, 'fresh'],
    [180, 'late'],
    [359, 'late'],
    [360, 'overdue'],
    [90_000, 'overdue'],
  ];
  for (const [seconds, urgency] of ages) {
    it(`is ${urgency} after ${seconds} s`, () => {
      expect(urgencyOf(TODAY, Date.parse(TODAY) + seconds * 1000, LIMITS)).to.equal(urgency);
    });
  }

  it('shortens the pause between rings, never lengthens it, and leaves alone one who chose to hear each once', () => {
    const pauses = (repeatSeconds: number, untilHandled = false) =>
      (['fresh', 'late', 'overdue'] as const).map((urgency) =>
        pauseSeconds({ repeatSeconds, untilHandled }, urgency),
      );
    expect(pauses(30)).to.deep.equal([30, 10, 5]);
    expect(pauses(7)).to.deep.equal([7, 7, 5]);
    expect(pauses(0)).to.deep.equal([0, 0, 0]);
    expect(pauses(30, true), 'rings on and on').to.deep.equal([1, 1, 1]);
    expect(pauses(0, true)).to.deep.equal([1, 1, 1]);
  });
});
