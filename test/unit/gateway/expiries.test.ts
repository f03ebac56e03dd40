import { expect } from 'chai';
import { createExpiries } from '../../../src/gateway/expiries.ts';
import { withSeed } from '../../support/random.ts';

const START = 1_741_281_275_000;

function setUp() {
  let now = START;
  const received: string[] = [];
  const expiries = createExpiries<string>(
    {
      onExpiring: (session, inSeconds) => received.push(`${session} ends in ${inSeconds}`),
      onExpired(session) {
        received.push(`${session} ended`);
        expiries.remove(session); // as its socket's close does
      },
    },
    () => now,
  );
  return {
    expiries,
    /** Sweeps at that many seconds after the start; what was told since the last time. */
    at(seconds: number) {
      now = START + seconds * 1000;
      expiries.sweep();
      return received.splice(0);
    },
  };
}

const inSeconds = (seconds: number) => START + seconds * 1000;

describe('expiries', () => {
  it('tell a session of its end a minute before, and end it then', () => {
    const { expiries, at } = setUp();
    expiries.add('a', inSeconds(100));
    expect([at(0), at(39.9)].flat()).to.deep.equal([]);
    expect(at(40)).to.deep.equal(['a ends in 60']);
    expect([at(41), at(99.9)].flat()).to.deep.equal([]);
    expect(at(100)).to.deep.equal(['a ended']);
    expect(at(200)).to.deep.equal([]);
  });

  it('tell at the next sweep where less than a minute is left', () => {
    const { expiries, at } = setUp();
    expiries.add('a', inSeconds(20));
    expect(at(0)).to.deep.equal(['a ends in 20']);
    expect(at(20)).to.deep.equal(['a ended']);
  });

  it('tell before they end, also where the time is over already', () => {
    const { expiries, at } = setUp();
    expiries.add('a', inSeconds(-5));
    expect(at(0)).to.deep.equal(['a ends in 0']);
    expect(at(1)).to.deep.equal(['a ended']);
  });

  it('end nobody early where the time has a fraction', () => {
    const { expiries, at } = setUp();
    expiries.add('a', inSeconds(10.4));
    at(0);
    expect(at(10.9)).to.deep.equal([]);
    expect(at(11)).to.deep.equal(['a ended']);
  });

  it('leave alone who has no end, and who has left', () => {
    const { expiries, at } = setUp();
    expiries.add('for ever', undefined);
    expiries.add('before', inSeconds(100));
    expiries.add('between', inSeconds(100));
    expiries.add('stays', inSeconds(100));
    expiries.remove('before');
    expect(at(40)).to.deep.equal(['between ends in 60', 'stays ends in 60']);
    expiries.remove('between');
    expiries.remove('never came');
    expect(at(100)).to.deep.equal(['stays ended']);
  });

  it('catch up after a pause, in two sweeps', () => {
    const { expiries, at } = setUp();
    for (const seconds of [70, 90, 4000]) expiries.add(String(seconds), inSeconds(seconds));
    expect(at(3600)).to.deep.equal(['70 ends in 0', '90 ends in 0']);
    expect(at(3601)).to.deep.equal(['70 ended', '90 ended']);
    expect(at(3940)).to.deep.equal(['4000 ends in 60']);
  });

  it('wait where the clock is set back', () => {
    const { expiries, at } = setUp();
    expiries.add('a', inSeconds(100));
    at(40);
    expect(at(-3600)).to.deep.equal([]);
    expect(at(100)).to.deep.equal(['a ended']);
  });

  it('take an end that no clock reaches', () => {
    const { expiries, at } = setUp();
    expiries.add('a', Number.MAX_VALUE);
    expect(at(1e9)).to.deep.equal([]);
  });

  it('tell and end each of many once, whatever comes and goes', () =>
    withSeed((random) => {
      const { expiries, at } = setUp();
      const ends = new Map<string, number>();
      const history = new Map<string, string[]>();
      for (let second = 0; second < 400; second++) {
        for (const line of at(second)) {
          const [id = '', ...rest] = line.split(' ');
          history.set(id, [...(history.get(id) ?? []), `${second} ${rest.join(' ')}`]);
        }
        const id = `s${second}`;
        const end = second + random.between(62, 150);
        ends.set(id, end);
        expiries.add(id, inSeconds(end));
        if (random.chance(0.2)) {
          const gone = `s${random.between(0, second)}`;
          if (!history.has(gone)) {
            expiries.remove(gone);
            ends.delete(gone);
          }
        }
      }
      const due = [...ends].filter(([, end]) => end < 400);
      expect(due.length).to.be.above(100);
      for (const [id, end] of due) {
        expect(history.get(id), id).to.deep.equal([`${end - 60} ends in 60`, `${end} ended`]);
      }
    }));
});
