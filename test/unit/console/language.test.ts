import { expect } from 'chai';
import { DEMO_STRINGS } from '../../../src/console/demo/demo-strings.ts';
import { chooseLanguage, LANGUAGES } from '../../../src/console/language/choose.ts';
import { createFormats, midnight } from '../../../src/console/language/formats.ts';
import { LATER_STRINGS } from '../../../src/console/language/later.ts';
import { MIDNIGHT, TODAY, YESTERDAY } from '../../support/console.ts';

/** Every text of a table with its path; a function is asked with examples of what it takes. */
function textsOf(table: object, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]): [string, string][] => {
    const at = `${path}.${key}`;
    if (typeof value === 'string') return [[at, value]];
    if (typeof value === 'function') return [[at, value(3, 'x')]];
    return textsOf(value, at);
  });
}

describe('the languages', () => {
  const zh = textsOf([LANGUAGES.zh, LATER_STRINGS.zh, DEMO_STRINGS.zh]);
  const en = textsOf([LANGUAGES.en, LATER_STRINGS.en, DEMO_STRINGS.en]);

  it('have the same texts, none of them empty', () => {
    expect(zh.map(([path]) => path)).to.deep.equal(en.map(([path]) => path));
    for (const [path, text] of [...zh, ...en]) expect(text, path).to.match(/\S/);
  });

  it('are each written in its own script', () => {
    const exempt = /\.(lang|listSeparator|page\.name|switchTo|switchLabel|language\.name)$/;
    for (const [path, text] of zh.filter(([path]) => !exempt.test(path))) {
      expect(text, path).to.match(/\p{Script=Han}/u);
      expect(text, path).not.to.match(/[,:;?!]/); // full-width punctuation only
    }
    for (const [path, text] of en.filter(([path]) => !exempt.test(path))) {
      expect(text, path).not.to.match(/\p{Script=Han}/u);
    }
  });

  it('count the open alerts in the title', () => {
    expect(LANGUAGES.zh.page.title(3)).to.equal('(3) 待处理 · Orderbell');
    expect(LANGUAGES.en.page.title(12)).to.equal('(12) open · Orderbell');
    for (const { page } of Object.values(LANGUAGES)) expect(page.title(0)).not.to.match(/\d/);
  });

  it('know one from many', () => {
    expect(LANGUAGES.en.several[1](1)).to.equal('1 new order');
    expect(LANGUAGES.en.several[1](3)).to.equal('3 new orders');
    expect(LANGUAGES.zh.several[2](3)).to.equal('3 条催单');
  });
});

describe('the language of the page', () => {
  const choices: [string | null, string[], 'zh' | 'en'][] = [
    [null, ['zh-CN', 'en'], 'zh'],
    [null, ['zh-Hant-TW'], 'zh'],
    [null, ['en-GB', 'zh'], 'en'],
    [null, ['de-DE', 'zh-CN', 'en'], 'zh'],
    [null, ['fr', 'de'], 'en'],
    [null, [], 'en'],
    ['zh', ['en'], 'zh'],
    ['en', ['zh-CN'], 'en'],
    ['klingon', ['zh-CN'], 'zh'],
  ];
  for (const [chosen, ofBrowser, language] of choices) {
    it(`is ${language} where ${chosen ?? 'nothing'} was chosen and the browser speaks ${ofBrowser.join(', ') || 'nothing'}`, () => {
      expect(chooseLanguage(chosen, ofBrowser)).to.equal(language);
    });
  }
});

describe('times', () => {
  const zh = createFormats(LANGUAGES.zh, 'UTC');
  const en = createFormats(LANGUAGES.en, 'UTC');

  it('gives an amount of fen in yuan with two decimals, alike in both languages', () => {
    for (const formats of [zh, en]) {
      const amounts = [0, 1, 4200, 123456, 99_999_999_999].map(formats.amount);
      expect(amounts).to.deep.equal(['¥0.00', '¥0.01', '¥42.00', '¥1,234.56', '¥999,999,999.99']);
    }
  });

  it('are hours and minutes, and have their day where it is another', () => {
    expect(zh.time('2025-03-06T00:05:00.000Z', MIDNIGHT)).to.equal('00:05');
    expect(en.time(TODAY, MIDNIGHT)).to.equal('09:00');
    expect(zh.time(YESTERDAY, MIDNIGHT)).to.equal('3月5日 09:00');
    expect(en.time(YESTERDAY, MIDNIGHT)).to.equal('Mar 5, 09:00');
  });

  const ages: [seconds: number, zh: string, en: string][] = [
    [-30, '刚刚', 'just now'],
    [59, '刚刚', 'just now'],
    [60, '1分钟前', '1 min. ago'],
    [3599, '59分钟前', '59 min. ago'],
    [3600, '1小时前', '1 hr. ago'],
    [90_000, '1天前', '1 day ago'],
  ];
  for (const [seconds, inZh, inEn] of ages) {
    it(`say of ${seconds} s that it is ${inEn}`, () => {
      const now = Date.parse(TODAY) + seconds * 1000;
      expect([zh.age(TODAY, now), en.age(TODAY, now)]).to.deep.equal([inZh, inEn]);
    });
  }

  it('begin a day at midnight where the browser is, also where the clock changes', () => {
    const now = Date.parse(TODAY);
    const start = new Date(midnight(now));
    expect([start.getHours(), start.getMinutes(), start.getDate()]).to.deep.equal([
      0,
      0,
      new Date(now).getDate(),
    ]);
    for (let day = 0; day < 400; day++) expect(new Date(midnight(now, day)).getHours()).to.equal(0);
  });
});
