import { expect } from 'chai';
import { readPolicy } from '../../../src/domain/escalation-policy.ts';

const TARGETS = new Set(['platform', 'manager', 'tills']);

const FULL = {
  steps: [
    { afterSeconds: 45, when: 'unheard', targets: ['platform'] },
    { afterSeconds: 180, when: 'unacknowledged', targets: ['manager', 'platform'] },
  ],
  repeat: { fromStep: 2, everySeconds: 180, times: 3 },
  expireAfterSeconds: 900,
  deafAfterSeconds: 30,
  timeZone: 'Asia/Shanghai',
  hours: { mon: ['09:00-22:00'] },
  outsideHours: 'skip',
};
const [FIRST, SECOND] = FULL.steps;

describe('an escalation policy', () => {
  it('is taken with everything in it', () => {
    const read = readPolicy(FULL, TARGETS);
    expect(read).to.have.nested.include({
      ok: true,
      'policy.outsideHours': 'skip',
      'policy.deafAfterSeconds': 30,
    });
    expect(read).to.have.nested.property('policy.hours.timeZone', 'Asia/Shanghai');
  });

  it('holds outside its hours, is deaf after a minute and is always open unless it says otherwise', () => {
    const body = { steps: [FIRST], expireAfterSeconds: 60 };
    const read = readPolicy(body, TARGETS);
    expect(read).to.deep.equal({
      ok: true,
      body,
      policy: {
        steps: [FIRST],
        repeat: undefined,
        expireAfterSeconds: 60,
        deafAfterSeconds: 60,
        hours: undefined,
        outsideHours: 'hold',
      },
    });
  });

  const refused: [string, unknown, string][] = [
    ['what is no object', 'steps', ''],
    ['a key that it does not know', { ...FULL, step: [] }, '/step'],
    ['no steps', { ...FULL, steps: [] }, '/steps'],
    [
      'a fraction of a second',
      { ...FULL, steps: [{ ...FIRST, afterSeconds: 1.5 }] },
      '/steps/0/afterSeconds',
    ],
    [
      'a condition that it does not know',
      { ...FULL, steps: [{ ...FIRST, when: 'unseen' }] },
      '/steps/0/when',
    ],
    ['a step without targets', { ...FULL, steps: [{ ...FIRST, targets: [] }] }, '/steps/0/targets'],
    [
      'a target that is not configured',
      { ...FULL, steps: [{ ...FIRST, targets: ['tills', 'boss'] }] },
      '/steps/0/targets/1',
    ],
    [
      'a target twice in a step',
      { ...FULL, steps: [{ ...FIRST, targets: ['tills', 'tills'] }] },
      '/steps/0/targets/1',
    ],
    ['steps out of order', { ...FULL, steps: [SECOND, FIRST] }, '/steps/1/afterSeconds'],
    ['a step at its expiry', { ...FULL, expireAfterSeconds: 180 }, '/steps/1/afterSeconds'],
    ['a repetition from no step', { ...FULL, repeat: { ...FULL.repeat, fromStep: 3 } }, '/repeat/fromStep'],
    ['a zone that IANA does not know', { ...FULL, timeZone: 'Asia/Nowhere' }, '/timeZone'],
    ['hours without a zone', { ...FULL, timeZone: undefined }, '/timeZone'],
    ['hours that never open', { ...FULL, hours: { mon: [] } }, '/hours'],
    ['a malformed interval', { ...FULL, hours: { mon: ['9-22'] } }, '/hours/mon/0'],
    ['a day that no week has', { ...FULL, hours: { monday: ['09:00-22:00'] } }, '/hours/monday'],
  ];
  for (const [what, value, path] of refused) {
    it(`is refused for ${what}, with the path to it`, () => {
      const read = readPolicy(JSON.parse(JSON.stringify(value)), TARGETS);
      expect(read).to.include({ ok: false, path });
      expect(read).to.have.property('rule').that.is.a('string').with.length.greaterThan(3);
    });
  }
});
