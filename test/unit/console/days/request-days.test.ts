import { expect } from 'chai';
import { rangeOf } from '../../../../src/console/days/calendar.ts';
import { createDayReader, type DayReader } from '../../../../src/console/days/request-days.ts';
import { alertOf, TODAY } from '../../../support/console.ts';

const DAY = '2026-03-12';
const alert = { ...alertOf(7), loggedAt: TODAY };
const page = { epoch: 'e', notifications: [alert], next: null };
const found = { ...page, searchedTo: TODAY };
const kind = {
  ...{ type: 1, logged: 3, acknowledged: 1, resolved: 0, expired: 0, open: 2, escalated: 1 },
  ...{ medianSeconds: 4.5, slowest: { seq: 7, seconds: 4.5 } },
};
const numbers = { epoch: 'e', keptFrom: TODAY, isWhole: true, kinds: [kind] };

/** Asks a service that answers so. */
async function ask<T>(data: unknown, question: (reader: DayReader) => Promise<T>) {
  const asked: URL[] = [];
  const reader = createDayReader({
    base: new URL('https://bell.example/under/'),
    shop: 'corner',
    token: () => undefined,
    async fetch(url) {
      asked.push(new URL(String(url)));
      return new Response(JSON.stringify({ code: 1, msg: null, data }));
    },
  });
  const answer = await question(reader).catch((error: unknown) => error);
  return {
    answer,
    asked: asked.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)]),
  };
}

describe('asking for an earlier day', () => {
  it('asks from midnight to midnight of the time zone of the browser', async () => {
    const path = '/under/shops/corner/notifications';
    expect(await ask(page, (reader) => reader.page(DAY, 3))).to.deep.equal({
      answer: page,
      asked: [[path, { ...rangeOf(DAY), since: '3', limit: '200' }]],
    });
    expect(await ask(numbers, (reader) => reader.numbers(DAY))).to.deep.equal({
      answer: numbers,
      asked: [[`${path}/summary`, rangeOf(DAY)]],
    });
    expect(await ask(found, (reader) => reader.search('42', 9))).to.deep.equal({
      answer: found,
      asked: [[`${path}/search`, { number: '42', before: '9', limit: '50' }]],
    });
  });

  it('takes a type that a later version has added', async () => {
    const later = { ...numbers, kinds: [{ ...kind, type: 9, medianSeconds: null, slowest: null }] };
    expect((await ask(later, (reader) => reader.numbers(DAY))).answer).to.deep.equal(later);
  });

  const refused: [string, unknown, (reader: DayReader) => Promise<unknown>][] = [
    ['no page', null, (reader) => reader.page(DAY, 0)],
    ['an alert without the time', { ...page, notifications: [alertOf(7)] }, (reader) => reader.page(DAY, 0)],
    ['a page without its end', { ...page, next: undefined }, (reader) => reader.page(DAY, 0)],
    ['what was found without how far', page, (reader) => reader.search('1', undefined)],
    ['no numbers', page, (reader) => reader.numbers(DAY)],
    [
      'a word for a count',
      { ...numbers, kinds: [{ ...kind, open: 'two' }] },
      (reader) => reader.numbers(DAY),
    ],
  ];
  for (const [what, data, question] of refused) {
    it(`refuses ${what}`, async () => {
      expect((await ask(data, question)).answer).to.be.instanceOf(Error);
    });
  }
});
