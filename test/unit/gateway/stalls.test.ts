import { expect } from 'chai';
import { createStalls } from '../../../src/gateway/stalls.ts';

function setUp() {
  let now = 5_000;
  const stalled: string[] = [];
  const stalls = createStalls<string>({
    seconds: 30,
    now: () => now,
    onStalled(session) {
      stalled.push(session);
      stalls.forget(session); // as its socket's close does
    },
  });
  return {
    stalls,
    /** Sweeps after so many more milliseconds; what has stalled since the last time. */
    passed(ms: number) {
      now += ms;
      stalls.sweep();
      return stalled.splice(0);
    },
  };
}

describe('stalls', () => {
  it('reports a session once, when its time is over and not before', () => {
    const { stalls, passed } = setUp();
    stalls.restart('till');
    expect(passed(29_999)).to.deep.equal([]);
    expect(passed(1)).to.deep.equal(['till']);
    expect(passed(60_000)).to.deep.equal([]);
  });

  it('begins anew with each part that a session takes, also where it was not the last to begin', () => {
    const { stalls, passed } = setUp();
    for (const session of ['a', 'b', 'c']) stalls.restart(session);
    expect(passed(20_000)).to.deep.equal([]);
    stalls.restart('a');
    expect(passed(10_000)).to.deep.equal(['b', 'c']);
    expect(passed(19_999)).to.deep.equal([]);
    expect(passed(1)).to.deep.equal(['a']);
  });

  it('does not report a session whose wait is over', () => {
    const { stalls, passed } = setUp();
    for (const session of ['a', 'b']) stalls.restart(session);
    stalls.forget('a');
    expect(passed(60_000)).to.deep.equal(['b']);
  });
});
