import { expect } from 'chai';
import { defaultSettings, withinBounds } from '../../../../src/console/sound/settings.ts';

describe('withinBounds', () => {
  it('leaves what is within its bounds as it is', () => {
    const chosen = { ...defaultSettings('en'), rate: 0.5, volume: 0, repeatSeconds: 0, voice: 'Samantha' };
    expect(withinBounds(chosen)).to.deep.equal(chosen);
  });

  it('brings numbers to the nearest bound, and what is no number to the default', () => {
    const wild = { ...defaultSettings('zh'), rate: 0, volume: 3, repeatSeconds: -1 };
    expect(withinBounds(wild)).to.include({ rate: 0.5, volume: 1, repeatSeconds: 0 });
    const none = {
      ...defaultSettings('zh'),
      rate: Number.NaN,
      volume: Number.NaN,
      repeatSeconds: Number.NaN,
    };
    expect(withinBounds(none)).to.deep.equal(defaultSettings('zh'));
  });
});
