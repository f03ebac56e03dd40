import { expect } from 'chai';
import { dayOf, dayStart } from '../../../../src/console/days/calendar.ts';
import type { DayAlert } from '../../../../src/console/days/day-values.ts';
import { LANGUAGES } from '../../../../src/console/language/choose.ts';
import { createFormats } from '../../../../src/console/language/formats.ts';
import { LATER_STRINGS } from '../../../../src/console/language/later.ts';
import { dayWords, durationWords, outcomeWords, timeOn } from '../../../../src/console/view/day-words.ts';
import { alertOf } from '../../../support/console.ts';

const TEXTS = {
  en: { ...LANGUAGES.en, ...LATER_STRINGS.en },
  zh: { ...LANGUAGES.zh, ...LATER_STRINGS.zh },
};
const DAY = '2026-03-12';
const at = (hours: number, seconds = 0) =>
  new Date(dayStart(DAY) + hours * 3_600_000 + seconds * 1000).toISOString();
const plain = (words: string) => words.replaceAll('\u00a0', ' ');

function outcome(change: Partial<DayAlert>, language: 'en' | 'zh' = 'en'): string {
  const text = TEXTS[language];
  const alert = { ...alertOf(1), loggedAt: at(9), ...change };
  return plain(outcomeWords(alert, DAY, { text, formats: createFormats(text), own: 'own-12345678' }));
}

describe('the words for an earlier day', () => {
  it('name it in full', () => {
    expect(dayWords(DAY, TEXTS.en)).to.equal('Thursday, March 12, 2026');
    expect(dayWords(DAY, TEXTS.zh)).to.equal('2026年3月12日星期四');
  });

  it('name the time alone on the day itself, and another day with its date', () => {
    const formats = createFormats(TEXTS.en);
    expect([at(0), at(23)].map((time) => timeOn(DAY, time, formats))).to.deep.equal(['00:00', '23:00']);
    expect([at(-1), at(25)].map((time) => timeOn(DAY, time, formats))).to.deep.equal([
      ...['Mar 11, 23:00', 'Mar 13, 01:00'],
    ]);
    expect(dayOf(Date.parse(at(25)))).to.equal('2026-03-13');
  });

  it('name a duration by its two largest units', () => {
    const inEnglish = (seconds: number) => plain(durationWords(seconds, TEXTS.en));
    expect([0, 0.4, 59.6, 61, 3599, 7500].map(inEnglish)).to.deep.equal([
      ...['0 sec', '0 sec', '1 min', '1 min 1 sec', '59 min 59 sec', '2 hr 5 min'],
    ]);
    expect(plain(durationWords(400, TEXTS.zh))).to.equal('6分钟 40秒');
  });

  it('say who acknowledged, when, and how long after it was logged', () => {
    const acked = { ackedBy: 'counter-12345678', ackedAt: at(9, 45) };
    expect(outcome(acked)).to.equal('Acknowledged by counter at 09:00 · after 45 sec');
    expect(outcome({ ...acked, escalated: { step: 1, targets: ['boss'], at: at(9, 30) } })).to.equal(
      'Acknowledged by counter at 09:00 · after 45 sec · others were told',
    );
    expect(outcome({ ackedBy: 'own-12345678', ackedAt: at(25) })).to.equal(
      'Acknowledged by own (this till) at Mar 13, 01:00 · after 16 hr',
    );
  });

  it('say how else it ended, or that it is open', () => {
    expect(outcome({ ackedBy: null, ackedAt: at(10), reason: 'accepted' })).to.equal(
      'Accepted elsewhere at 10:00',
    );
    expect(outcome({ ackedBy: null, ackedAt: at(10), reason: 'cancelled' })).to.equal('Cancelled at 10:00');
    expect(outcome({ expiredAt: at(10) })).to.equal('Ended without an answer');
    expect(outcome({ escalated: { step: 1, targets: ['boss'], at: at(10) } })).to.equal(
      'Not dealt with: told boss at 10:00',
    );
    expect(outcome({})).to.equal('Open');
  });
});
