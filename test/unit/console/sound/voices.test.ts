import { expect } from 'chai';
import { byPreference, pickVoice, tagFor } from '../../../../src/console/sound/voices.ts';
import { voice } from '../../../support/sound/fake-synthesis.ts';

const remote = { localService: false };

describe('pickVoice', () => {
  const picks: [string, Parameters<typeof pickVoice>, string | undefined][] = [
    [
      'a local voice of the language before a remote one',
      [[voice('cloud', 'en-US', remote), voice('zh', 'zh-CN'), voice('local', 'en-GB')], { language: 'en' }],
      'local',
    ],
    [
      'a remote one where there is no local one',
      [[voice('zh', 'zh-CN'), voice('cloud', 'en-US', remote)], { language: 'en' }],
      'cloud',
    ],
    ['none where none speaks the language', [[voice('de', 'de-DE')], { language: 'en' }], undefined],
    ['none where there are no voices', [[], { language: 'zh' }], undefined],
    [
      'the mainland before Taiwan and Hong Kong',
      [[voice('hk', 'zh-HK'), voice('tw', 'zh-TW'), voice('cn', 'zh-CN')], { language: 'zh' }],
      'cn',
    ],
    [
      'a local voice of Taiwan before a remote one of the mainland',
      [[voice('cn', 'zh-CN', remote), voice('tw', 'zh-TW')], { language: 'zh' }],
      'tw',
    ],
    [
      'remote Mandarin before local Cantonese',
      [[voice('hk', 'zh-HK'), voice('yue', 'yue-HK'), voice('cn', 'zh-CN', remote)], { language: 'zh' }],
      'cn',
    ],
    [
      'Cantonese before no Chinese at all',
      [[voice('en', 'en-US'), voice('hk', 'zh-HK')], { language: 'zh' }],
      'hk',
    ],
    [
      'the tags of Android for what they are',
      [[voice('tw', 'cmn_TW'), voice('hk', 'yue_HK'), voice('cn', 'cmn_CN')], { language: 'zh' }],
      'cn',
    ],
    [
      'zh-Hans before zh-Hant',
      [[voice('hant', 'zh-Hant'), voice('hans', 'zh-Hans')], { language: 'zh' }],
      'hans',
    ],
    [
      'a voice that is meant to be listened to',
      [
        [voice('Albert', 'en-US'), voice('Bad News', 'en-US'), voice('Samantha', 'en-US')],
        { language: 'en' },
      ],
      'Samantha',
    ],
    [
      'the one that was chosen, though it is remote and of another language',
      [[voice('Samantha', 'en-US'), voice('chosen', 'de-DE', remote)], { language: 'en', name: 'chosen' }],
      'chosen',
    ],
    [
      'as if nothing had been chosen where the chosen one has gone',
      [[voice('Samantha', 'en-US')], { language: 'en', name: 'chosen' }],
      'Samantha',
    ],
    [
      'another in place of a silent one',
      [
        [voice('chosen', 'en-US'), voice('other', 'en-US')],
        { language: 'en', name: 'chosen' },
        new Set(['chosen']),
      ],
      'other',
    ],
    [
      'none where all of the language are silent',
      [[voice('only', 'en-US'), voice('zh', 'zh-CN')], { language: 'en' }, new Set(['only'])],
      undefined,
    ],
  ];
  for (const [what, args, name] of picks) {
    it(`picks ${what}`, () => {
      expect(pickVoice(...args)?.name).to.equal(name);
    });
  }
});

describe('byPreference', () => {
  it("has the language's voices first and keeps the browser's order among equals", () => {
    const voices = [voice('de', 'de-DE'), voice('b', 'en-US'), voice('fr', 'fr-FR'), voice('a', 'en-GB')];
    expect(byPreference(voices, 'en').map(({ name }) => name)).to.deep.equal(['b', 'a', 'de', 'fr']);
  });
});

describe('tagFor', () => {
  it("is the voice's language, in hyphens, else the one that is wanted", () => {
    expect(tagFor(voice('a', 'zh_TW'), 'zh')).to.equal('zh-TW');
    expect(tagFor(undefined, 'zh')).to.equal('zh-CN');
    expect(tagFor(undefined, 'en')).to.equal('en-US');
  });
});
