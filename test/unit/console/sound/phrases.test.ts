import { expect } from 'chai';
import { DEFAULT_TEXTS, phraseOf } from '../../../../src/console/sound/phrases.ts';
import { defaultSettings } from '../../../../src/console/sound/settings.ts';

const paid = { orderId: 1024, content: '订单号： 2025030617143500001' };

function english(texts: Partial<ReturnType<typeof defaultSettings>['texts']> = {}) {
  const settings = defaultSettings('en');
  return { ...settings, texts: { ...settings.texts, ...texts } };
}

describe('phraseOf', () => {
  it('has a default of each kind in each language', () => {
    const zh = defaultSettings('zh');
    expect(phraseOf('paid', [paid], zh)).to.equal('您有新的订单，尾号 0 0 0 1');
    expect(phraseOf('paid', [paid, paid], zh)).to.equal('您有 2 个新订单');
    expect(phraseOf('reminded', [paid], zh)).to.equal('客户催单，订单尾号 0 0 0 1');
    expect(phraseOf('reminded', [paid, paid], zh)).to.equal('您有 2 条客户催单');
    expect(phraseOf('linkLost', [], zh)).to.equal(DEFAULT_TEXTS.zh.linkLost);
    expect(phraseOf('paid', [paid], english())).to.equal('New order, ending in 0 0 0 1');
    expect(phraseOf('paid', [paid, paid, paid], english())).to.equal('3 new orders');
    expect(phraseOf('linkLost', [], english())).to.equal(DEFAULT_TEXTS.en.linkLost);
  });

  it('says what an alert holds whose kind it does not know', () => {
    expect(phraseOf('other', [paid], english())).to.equal(
      'New alert: 订单号： 2 0 2 5 0 3 0 6 1 7 1 4 3 5 0 0 0 0 1',
    );
    expect(phraseOf('other', [paid, paid], defaultSettings('zh'))).to.equal('您有 2 条新提醒');
  });

  it("takes the merchant's own text, and the default for one of mere space", () => {
    expect(phraseOf('paid', [paid], english({ paid: 'Ding {orderId}' }))).to.equal('Ding 1024');
    expect(phraseOf('paid', [paid, paid], english({ paid: 'Ding' }))).to.equal('2 new orders');
    expect(phraseOf('paid', [paid], english({ paid: '  ' }))).to.equal('New order, ending in 0 0 0 1');
  });

  const filled: [string, string, { orderId: number | string; content: string }, string][] = [
    ['a long number digit by digit', '{content}', paid, '订单号： 2 0 2 5 0 3 0 6 1 7 1 4 3 5 0 0 0 0 1'],
    ['a short number as it is', '{content}', { orderId: 7, content: '订单号: 1024' }, '订单号: 1024'],
    [
      'an id that is a string digit by digit',
      '{orderId}',
      { orderId: '9007199254740993', content: '' },
      '9 0 0 7 1 9 9 2 5 4 7 4 0 9 9 3',
    ],
    ['the tail of a short number', '{tail}', { orderId: 7, content: '订单号: 42' }, '4 2'],
    ['the tail of a number with letters', '{tail}', { orderId: 7, content: 'no A-17bx ' }, '1 7 b x'],
    [
      'the tail of the id where the content ends in no number',
      '{tail}',
      { orderId: 12345, content: '订单' },
      '2 3 4 5',
    ],
    ['what is no placeholder as it is', '{tali} {} $& {count}', paid, '{tali} {} $& 1'],
    [
      'a content with a placeholder in it as it is',
      '{content}',
      { orderId: 7, content: '{orderId} $1' },
      '{orderId} $1',
    ],
  ];
  for (const [what, text, alert, phrase] of filled) {
    it(`fills in ${what}`, () => {
      expect(phraseOf('paid', [alert], english({ paid: text }))).to.equal(phrase);
    });
  }

  it('takes the newest of several', () => {
    const texts = { remindedSeveral: '{count}, the last one {orderId}' };
    const alerts = [paid, { orderId: 8, content: '' }];
    expect(phraseOf('reminded', alerts, english(texts))).to.equal('2, the last one 8');
  });

  it('leaves out what a lost link has none of', () => {
    expect(phraseOf('linkLost', [], english({ linkLost: 'Lost {tail}{content}{orderId}' }))).to.equal('Lost');
  });

  it('cuts what nobody would listen to', () => {
    expect(phraseOf('paid', [paid], english({ paid: 'ding '.repeat(1_000) })).length).to.be.at.most(300);
  });
});
