import { expect } from 'chai';
import { createDayBrowser } from '../../../../src/console/days/browse-days.ts';
import type { DayNumbers, DayPage, FoundPage, ShownDays } from '../../../../src/console/days/day-values.ts';
import type { DayReader } from '../../../../src/console/days/request-days.ts';
import { LogRefused } from '../../../../src/console/log/ask-service.ts';
import { alertOf } from '../../../support/console.ts';

const NOW = new Date(2026, 2, 12, 15).getTime();
const LOGGED_AT = new Date(2026, 2, 11, 12).toISOString();

const alert = (seq: number) => ({ ...alertOf(seq), loggedAt: LOGGED_AT });
const numbers = (more: Partial<DayNumbers> = {}): DayNumbers => ({
  ...{ epoch: 'e', keptFrom: LOGGED_AT, isWhole: true, kinds: [], ...more },
});
const pageOf = (seqs: number[], next: number | null = null, epoch = 'e'): DayPage => ({
  ...{ epoch, notifications: seqs.map(alert), next },
});
const foundOf = (seqs: number[], next: number | null = null, epoch = 'e'): FoundPage => ({
  ...{ ...pageOf(seqs, next, epoch), searchedTo: LOGGED_AT },
});

/** All that is due without waiting for anything. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Browses days of a service that answers as `reader` has it; the rest is an empty day. */
function browse(reader: Partial<DayReader> = {}) {
  const asked: string[] = [];
  const note = <A extends unknown[], R>(name: string, answer: (...args: A) => R) => {
    return (...args: A): R => {
      asked.push([name, ...args.map(String)].join(' '));
      return answer(...args);
    };
  };
  const days = createDayBrowser({
    reader: {
      page: note('page', reader.page ?? (async () => pageOf([]))),
      numbers: note('numbers', reader.numbers ?? (async () => numbers())),
      search: note('search', reader.search ?? (async () => foundOf([]))),
    },
    now: () => NOW,
    onChange() {},
  });
  return { days, asked };
}

/** What is shown, where it is no longer today. */
function lookedAt(shown: ShownDays) {
  if (shown.name === 'today') return expect.fail('today is shown');
  const { name, isReading, fault, alerts, next } = shown;
  return { name, isReading, fault, next, seqs: alerts.map(({ seq }) => seq) };
}

describe('looking through earlier days', () => {
  it('begins with today', () => {
    const { days, asked } = browse();
    expect(days.shown).to.deep.equal({ name: 'today' });
    expect(asked).to.deep.equal([]);
  });

  it('reads a day and its numbers, and knows from then on since when the log is kept', async () => {
    const { days, asked } = browse({ page: async () => pageOf([3, 4], 4) });
    days.choose('2026-03-11');
    expect(lookedAt(days.shown)).to.include({ isReading: true });
    await settle();
    expect(lookedAt(days.shown)).to.deep.equal({
      ...{ name: 'day', isReading: false, fault: undefined, next: 4, seqs: [3, 4] },
    });
    expect(asked).to.have.members(['numbers 2026-03-11', 'page 2026-03-11 0']);
    expect(days.keptFrom).to.equal('2026-03-11');
  });

  it('steps from day to day, up to today', async () => {
    const { days } = browse();
    const dayOf = () => (days.shown.name === 'day' ? days.shown.day : days.shown.name);
    days.step(-1);
    expect(dayOf()).to.equal('2026-03-11');
    days.step(-1);
    expect(dayOf()).to.equal('2026-03-10');
    days.step(1);
    days.step(1);
    expect(dayOf()).to.equal('today');
    days.step(1);
    expect(dayOf()).to.equal('today');
  });

  it('takes today and later for today, and no notice of what is no day', () => {
    const { days, asked } = browse();
    days.choose('2026-03-12');
    days.choose('2026-04-01');
    days.choose('0002-03-11');
    days.choose('');
    expect(days.shown.name).to.equal('today');
    expect(asked).to.deep.equal([]);
  });

  it('goes on behind what was read', async () => {
    const { days, asked } = browse({
      page: async (_, since) => (since === 0 ? pageOf([1, 2], 2) : pageOf([3])),
    });
    days.choose('2026-03-11');
    await settle();
    days.goOn();
    days.goOn(); // is reading already
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ seqs: [1, 2, 3], next: null, isReading: false });
    expect(asked.filter((question) => question.startsWith('page'))).to.deep.equal([
      ...['page 2026-03-11 0', 'page 2026-03-11 2'],
    ]);
  });

  it('drops an answer to an earlier question', async () => {
    let answer: (page: DayPage) => void = () => {};
    const first = new Promise<DayPage>((resolve) => {
      answer = resolve;
    });
    const { days } = browse({ page: (day) => (day === '2026-03-10' ? first : Promise.resolve(pageOf([9]))) });
    days.choose('2026-03-10');
    days.choose('2026-03-11');
    await settle();
    answer(pageOf([1]));
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ seqs: [9] });
    days.choose('2026-03-10');
    days.toToday();
    await settle();
    expect(days.shown.name).to.equal('today');
  });

  it('says why it cannot show a day, and reads it where that is tried again', async () => {
    let fault: Error | undefined = new Error('away');
    const { days } = browse({
      async page() {
        if (fault !== undefined) throw fault;
        return pageOf([1]);
      },
    });
    const faults: (string | undefined)[] = [];
    days.choose('2026-03-11');
    for (const next of [new LogRefused('unauthenticated', 'who?'), new LogRefused('invalid', 'no')]) {
      await settle();
      faults.push(lookedAt(days.shown).fault);
      fault = next;
      days.retry();
    }
    await settle();
    faults.push(lookedAt(days.shown).fault);
    expect(faults).to.deep.equal(['lost', 'signed-out', 'refused']);
    fault = undefined;
    days.retry();
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ fault: undefined, seqs: [1] });
  });

  it('keeps what was read where the next page fails, and goes on from there', async () => {
    let fails = true;
    const { days } = browse({
      async page(_, since) {
        if (since === 0) return pageOf([1], 1);
        if (fails) throw new Error('away');
        return pageOf([2]);
      },
    });
    days.choose('2026-03-11');
    await settle();
    days.goOn();
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ seqs: [1], fault: 'lost', isReading: false });
    fails = false;
    days.retry();
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ seqs: [1, 2], fault: undefined });
  });

  it('reads all anew where the log has become another one', async () => {
    let epoch = 'e';
    const { days } = browse({
      page: async (_, since) => (since === 0 ? pageOf([1], 1, epoch) : pageOf([2], null, epoch)),
      numbers: async () => numbers({ epoch }),
    });
    days.choose('2026-03-11');
    await settle();
    epoch = 'f';
    days.goOn();
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ seqs: [1], next: 1 });
    expect(days.shown).to.include({ epoch: 'f' });
    epoch = 'g';
    days.logChanged();
    await settle();
    expect(days.shown).to.include({ epoch: 'g', name: 'day' });
  });

  it('stays with today where the log has become another one', () => {
    const { days, asked } = browse();
    days.logChanged();
    expect(asked).to.deep.equal([]);
    expect(days.shown.name).to.equal('today');
  });

  it('does not mix the numbers of one log with the alerts of another', async () => {
    const { days } = browse({ page: async () => pageOf([1], null, 'f') });
    days.choose('2026-03-11');
    await settle();
    expect(lookedAt(days.shown)).to.deep.include({ fault: 'lost', seqs: [] });
  });

  describe('for a number', () => {
    it('asks for one first', async () => {
      const { days, asked } = browse();
      days.search('  ');
      await settle();
      expect(lookedAt(days.shown)).to.deep.include({ name: 'search', isReading: false, seqs: [] });
      expect(asked).to.deep.equal([]);
    });

    it('searches on until it has found enough, and further back when asked to', async () => {
      const many = Array.from({ length: 20 }, (_, index) => 100 - index);
      const { days, asked } = browse({
        async search(_, before) {
          if (before === undefined) return foundOf([200], 150);
          return before === 150 ? foundOf(many, 81) : foundOf([5]);
        },
      });
      days.search(' 42 ');
      await settle();
      expect(lookedAt(days.shown)).to.deep.include({ seqs: [200, ...many], next: 81, isReading: false });
      days.goOn();
      await settle();
      expect(lookedAt(days.shown)).to.deep.include({ seqs: [200, ...many, 5], next: null });
      expect(asked).to.deep.equal(['search 42 undefined', 'search 42 150', 'search 42 81']);
    });

    it('ends a press after so many requests, and shows on the way how far it has come', async () => {
      let next = 1_000;
      const { days, asked } = browse({ search: async () => foundOf([], --next) });
      days.search('42');
      for (let turns = 0; turns < 100; turns++) await settle();
      expect(asked).to.have.length(20);
      expect(days.shown).to.include({ isReading: false, next: 980, searchedTo: LOGGED_AT });
    });

    it('stops where something else is asked', async () => {
      let next = 1_000;
      const { days, asked } = browse({ search: async () => foundOf([], --next) });
      days.search('42');
      days.toToday();
      for (let turns = 0; turns < 100; turns++) await settle();
      expect(asked).to.have.length(1);
    });

    it('begins again where the log has become another one', async () => {
      const { days, asked } = browse({
        search: async (_, before) =>
          before === undefined ? foundOf([7], 7, asked.length > 1 ? 'f' : 'e') : foundOf([], null, 'f'),
      });
      days.search('42');
      await settle();
      expect(asked).to.deep.equal([
        ...['search 42 undefined', 'search 42 7', 'search 42 undefined', 'search 42 7'],
      ]);
      expect(lookedAt(days.shown)).to.deep.include({ seqs: [7] });
    });
  });
});
