import { expect } from 'chai';
import { Tail } from '../../../../src/gateway/feed/tail.ts';
import { withSeed } from '../../../support/random.ts';

describe('tail', () => {
  it('gives all above a number, and an empty list at the head', () => {
    const tail = new Tail<string>(4);
    for (const item of ['1', '2', '3']) tail.push(item);
    expect(tail.after(0)).to.deep.equal(['1', '2', '3']);
    expect(tail.after(1)).to.deep.equal(['2', '3']);
    expect(tail.after(3)).to.deep.equal([]);
  });

  it('gives nothing, not even a part, where some are no longer or not yet there', () => {
    const tail = new Tail<number>(2);
    for (let n = 1; n <= 4; n++) tail.push(n);
    expect(tail.after(0)).to.equal(undefined);
    expect(tail.after(5)).to.equal(undefined);
    expect(tail.after(2)).to.deep.equal([3, 4]);
  });

  it('starts again at another number', () => {
    const tail = new Tail<number>(3);
    tail.push(1);
    tail.restart(51);
    expect(tail.after(50)).to.deep.equal([]);
    expect(tail.after(49)).to.equal(undefined);
    tail.push(51);
    expect(tail.after(50)).to.deep.equal([51]);
    expect(tail.at(51)).to.equal(51);
    expect(tail.at(1)).to.equal(undefined);
  });

  it('hands out a list that later items do not get into', () => {
    const tail = new Tail<number>(3);
    const before = tail.after(0);
    tail.push(1);
    expect(before).to.deep.equal([]);
  });

  it('agrees with keeping everything, for random lengths, pushes and restarts', () =>
    withSeed((random) => {
      for (let round = 0; round < 50; round++) {
        const length = random.between(1, 6);
        const tail = new Tail<number>(length);
        let all: number[] = [];
        let next = 1;
        for (let step = 0; step < 100; step++) {
          if (random.chance(0.03)) {
            next = random.between(1, 1000);
            all = [];
            tail.restart(next);
          } else {
            all.push(next);
            tail.push(next++);
          }
          for (let seq = next - 3 * length; seq <= next + 2; seq++) {
            const complete = seq < next && seq >= next - 1 - all.length;
            const expected = complete ? all.filter((n) => n > seq) : undefined;
            const given = tail.after(seq);
            const mayBeForgotten = seq < next - 1 - length;
            if (given !== undefined || !mayBeForgotten) expect(given, `after ${seq}`).to.deep.equal(expected);
            if (seq >= next - length && seq < next) {
              expect(tail.at(seq)).to.equal(all.includes(seq) ? seq : undefined);
            }
          }
          expect(tail.after(next - 1 - 2 * length), 'it is bounded').to.equal(undefined);
        }
      }
    }));
});
