import { expect } from 'chai';
import { dayOf, dayStart, isDay, rangeOf, stepDay } from '../../../../src/console/days/calendar.ts';

describe('the days of a date field', () => {
  it('begin at midnight of the time zone of the browser', () => {
    const at = new Date(2026, 2, 12).getTime();
    expect(dayStart('2026-03-12')).to.equal(at);
    expect([dayOf(at), dayOf(at - 1)]).to.deep.equal(['2026-03-12', '2026-03-11']);
    expect(rangeOf('2026-03-12')).to.deep.equal({
      from: new Date(at).toISOString(),
      to: new Date(2026, 2, 13).toISOString(),
    });
  });

  it('follow each other over the ends of months and years, whatever the clocks do', () => {
    expect(stepDay('2025-12-31', 1)).to.equal('2026-01-01');
    expect(stepDay('2024-03-01', -1)).to.equal('2024-02-29');
    let day = '2026-01-01';
    for (let count = 0; count < 365; count++) day = stepDay(day, 1);
    expect(day).to.equal('2027-01-01');
  });

  it('are told from what a field has while a year is typed, and from what is no day', () => {
    expect(['2026-03-12', '1970-01-01'].map(isDay)).to.deep.equal([true, true]);
    for (const text of ['', '0002-03-12', '0202-03-12', '2026-02-30', '12.3.2026']) {
      expect(isDay(text), text).to.equal(false);
    }
  });
});
