import { expect } from 'chai';
import fc from 'fast-check';
import {
  afterOpenTime,
  isOpenAt,
  isTimeZone,
  nextOpening,
  type OpeningHours,
  readOpeningHours,
  WEEKDAYS,
  type Weekday,
} from '../../../src/domain/opening-hours.ts';

type Texts = Partial<Record<Weekday, readonly string[]>>;

function hoursOf(timeZone: string, texts: Texts): OpeningHours {
  const read = readOpeningHours(timeZone, texts);
  if (!read.ok) throw new Error(`${read.path}: ${read.rule}`);
  return read.hours;
}

function everyDay(timeZone: string, ...intervals: string[]): OpeningHours {
  return hoursOf(timeZone, Object.fromEntries(WEEKDAYS.map((day) => [day, intervals])));
}

const nextOf = (hours: OpeningHours, at: string) => nextOpening(hours, new Date(at)).toISOString();
const openAt = (hours: OpeningHours, at: string) => isOpenAt(hours, new Date(at));
const laterBy = (hours: OpeningHours, from: string, minutes: number) =>
  afterOpenTime(hours, new Date(from), minutes * 60_000).toISOString();

describe('the opening hours', () => {
  const shanghai = hoursOf('Asia/Shanghai', { mon: ['09:00-14:00', '17:00-22:00'], fri: ['18:00-02:00'] });

  it('open and close by the clock of their zone, the end excluded', () => {
    expect(openAt(shanghai, '2026-11-23T00:59:59Z')).to.equal(false);
    expect(openAt(shanghai, '2026-11-23T01:00:00Z')).to.equal(true);
    expect(openAt(shanghai, '2026-11-23T05:59:59Z')).to.equal(true);
    expect(openAt(shanghai, '2026-11-23T06:00:00Z')).to.equal(false);
    expect(openAt(shanghai, '2026-11-23T09:00:00Z')).to.equal(true);
  });

  it('go on after midnight where an interval ends before it begins', () => {
    expect(openAt(shanghai, '2026-11-27T17:59:00Z')).to.equal(true); // Saturday 01:59
    expect(openAt(shanghai, '2026-11-27T18:00:00Z')).to.equal(false);
    expect(openAt(shanghai, '2026-11-28T17:00:00Z')).to.equal(false); // Sunday 01:00
  });

  it('say when the shop opens next, today, tomorrow or in a week', () => {
    expect(nextOf(shanghai, '2026-11-23T02:00:00Z')).to.equal('2026-11-23T02:00:00.000Z');
    expect(nextOf(shanghai, '2026-11-23T07:00:00Z')).to.equal('2026-11-23T09:00:00.000Z');
    expect(nextOf(shanghai, '2026-11-23T14:00:00Z')).to.equal('2026-11-27T10:00:00.000Z');
    const mondays = hoursOf('Asia/Shanghai', { mon: ['09:00-09:15'] });
    expect(nextOf(mondays, '2026-11-23T01:15:00Z')).to.equal('2026-11-30T01:00:00.000Z');
  });

  it('count only the time in which the shop is open', () => {
    expect(laterBy(shanghai, '2026-11-23T05:50:00Z', 20)).to.equal('2026-11-23T09:10:00.000Z');
    expect(laterBy(shanghai, '2026-11-23T15:00:00Z', 1)).to.equal('2026-11-27T10:01:00.000Z');
    expect(laterBy(shanghai, '2026-11-23T05:50:00Z', 10)).to.equal('2026-11-23T06:00:00.000Z');
    expect(laterBy(everyDay('Asia/Shanghai', '00:00-24:00'), '2026-11-23T05:50:00Z', 2_880)).to.equal(
      '2026-11-25T05:50:00.000Z',
    );
  });

  describe('where the clock changes', () => {
    const berlin = everyDay('Europe/Berlin', '02:30-05:00');

    it('begin with the change in the night that leaves their beginning out', () => {
      expect(nextOf(berlin, '2026-03-28T23:00:00Z')).to.equal('2026-03-29T01:00:00.000Z'); // 03:00, two o'clock never was
      expect(openAt(berlin, '2026-03-29T00:59:00Z')).to.equal(false);
      expect(openAt(berlin, '2026-03-29T01:00:00Z')).to.equal(true);
      expect(openAt(berlin, '2026-03-29T03:00:00Z')).to.equal(false);
    });

    it('hold twice in the night in which the hour comes twice', () => {
      expect(nextOf(berlin, '2026-10-24T22:00:00Z')).to.equal('2026-10-25T00:30:00.000Z'); // 02:30 of summer
      expect(openAt(berlin, '2026-10-25T00:59:00Z')).to.equal(true);
      expect(openAt(berlin, '2026-10-25T01:10:00Z')).to.equal(false); // 02:10 of winter
      expect(nextOf(berlin, '2026-10-25T01:10:00Z')).to.equal('2026-10-25T01:30:00.000Z');
    });

    it('open again with an hour that comes back after they had closed in it', () => {
      const late = everyDay('America/New_York', '22:45-01:15');
      expect(openAt(late, '2026-11-01T05:15:00Z')).to.equal(false); // 01:15 of summer
      expect(nextOf(late, '2026-11-01T05:15:00Z')).to.equal('2026-11-01T06:00:00.000Z'); // 01:00 of winter
      expect(openAt(late, '2026-11-01T06:15:00Z')).to.equal(false);
    });

    it('follow a change of half an hour', () => {
      const island = everyDay('Australia/Lord_Howe', '02:15-03:00');
      expect(nextOf(island, '2026-10-03T14:00:00Z')).to.equal('2026-10-03T15:30:00.000Z');
    });
  });

  it('know the zones of IANA and no others', () => {
    expect(['Asia/Shanghai', 'Europe/Berlin', 'UTC'].every(isTimeZone)).to.equal(true);
    expect(['Asia/Nowhere', 'CST8', '', '+25:00'].some(isTimeZone)).to.equal(false);
  });

  const refused: [string, Texts, string][] = [
    ['text that is no interval', { mon: ['9-22'] }, '/mon/0'],
    ['an hour that no clock shows', { tue: ['09:00-22:00', '24:00-24:30'] }, '/tue/1'],
    ['an end after 24:00', { mon: ['09:00-24:01'] }, '/mon/0'],
    ['less than a quarter of an hour', { mon: ['09:00-09:14'] }, '/mon/0'],
    ['intervals that overlap', { wed: ['09:00-12:00', '11:59-14:00'] }, '/wed'],
    ['an interval that goes on into the next day', { sun: ['20:00-03:00'], mon: ['02:00-04:00'] }, '/mon'],
  ];
  for (const [what, texts, path] of refused) {
    it(`refuse ${what}, with the path to it`, () => {
      expect(readOpeningHours('UTC', texts)).to.include({ ok: false, path });
    });
  }

  it('agree with a clock that is read every quarter of an hour, in every zone', () => {
    const interval = fc
      .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 40 }))
      .map(([start, length]) => `${clock(start)}-${clock((start + length) % 96)}`);
    const texts = fc.dictionary(fc.constantFrom(...WEEKDAYS), fc.array(interval, { maxLength: 2 }));
    const zone = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
    // Within a few days of each of these zones' changes, and far from all of them.
    const around = fc.constantFrom(
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-10-04',
      '2026-10-25',
      '2026-11-01',
      '2026-07-01',
    );
    const property = fc.property(
      zone,
      texts,
      around,
      fc.integer({ min: -300, max: 300 }),
      fc.integer({ min: 0, max: 200 }),
      (timeZone, days, date, offset, openQuarters) => {
        const read = readOpeningHours(timeZone, days);
        fc.pre(read.ok && Object.values(days).some((list) => list.length > 0));
        if (!read.ok) return;
        const from = Date.parse(date) + offset * QUARTER;
        expect(afterOpenTime(read.hours, new Date(from), openQuarters * QUARTER).getTime()).to.equal(
          quarterByQuarter(read.hours, from, openQuarters),
        );
      },
    );
    fc.assert(property, { numRuns: 60 });
  }).timeout(60_000);
});

const QUARTER = 15 * 60_000;

/** The instant after so many open quarters of an hour; after none, the next opening. */
function quarterByQuarter(hours: OpeningHours, from: number, openQuarters: number): number {
  let left = openQuarters;
  for (let at = from; ; at += QUARTER) {
    if (!isOpenAt(hours, new Date(at))) continue;
    if (left === 0) return at;
    if (--left === 0) return at + QUARTER;
  }
}

function clock(quarter: number): string {
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${pad(Math.floor(quarter / 4))}:${pad((quarter % 4) * 15)}`;
}
