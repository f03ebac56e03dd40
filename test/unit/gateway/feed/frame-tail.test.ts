import { expect } from 'chai';
import { FrameTail } from '../../../../src/gateway/feed/frame-tail.ts';
import { withSeed } from '../../../support/random.ts';

const tailOf = (length: number, ...frames: string[]) => {
  const tail = new FrameTail(length);
  for (const frame of frames) tail.push(frame);
  return tail;
};

const framesAfter = (tail: FrameTail, number: number) => tail.after(number)?.map(({ frame }) => frame);

/** Of a number: none has the bytes of another, and some are long, or of characters of several bytes. */
const frameOf = (n: number) => `${n} ${n % 3 === 0 ? '订单'.repeat(n % 50) : 'x'.repeat((n * 37) % 700)}`;

describe('the tail of frames', () => {
  it('gives all above a number, with their numbers, and an empty list at the head', () => {
    const tail = tailOf(4, 'a', 'b', 'c');
    const given = tail.after(0)?.map(({ number, frame }) => [number, frame]);
    expect(given).to.deep.equal([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(framesAfter(tail, 1)).to.deep.equal(['b', 'c']);
    expect(framesAfter(tail, 3)).to.deep.equal([]);
  });

  it('gives nothing, not even a part, where some are no longer or not yet there', () => {
    const tail = tailOf(2, 'a', 'b', 'c', 'd');
    expect(tail.after(0)).to.equal(undefined);
    expect(tail.after(5)).to.equal(undefined);
    expect(framesAfter(tail, 2)).to.deep.equal(['c', 'd']);
    expect(tail.first).to.equal(3);
  });

  it('starts again at another number', () => {
    const tail = tailOf(3, 'a');
    tail.restart(51);
    expect(framesAfter(tail, 50)).to.deep.equal([]);
    expect(tail.after(49)).to.equal(undefined);
    tail.push('z');
    expect(framesAfter(tail, 50)).to.deep.equal(['z']);
    expect([tail.at(51), tail.at(1), tail.at(52)]).to.deep.equal(['z', undefined, undefined]);
  });

  it('hands out a list that later frames do not get into', () => {
    const tail = tailOf(3);
    const before = tail.after(0);
    tail.push('a');
    expect(before).to.deep.equal([]);
  });

  it('takes a longer frame in the place of another, and leaves those around it as they are', () => {
    const tail = tailOf(100, ...Array.from({ length: 80 }, (_, index) => frameOf(index + 1)));
    tail.replace(64, '响'.repeat(3000));
    tail.replace(65, 'short');
    tail.replace(81, 'not there yet');
    expect([tail.at(64), tail.at(65)]).to.deep.equal(['响'.repeat(3000), 'short']);
    expect([tail.at(63), tail.at(66), tail.at(81)]).to.deep.equal([frameOf(63), frameOf(66), undefined]);
  });

  it('agrees with keeping everything, for random lengths, pushes and restarts', () =>
    withSeed((random) => {
      for (let round = 0; round < 50; round++) {
        const length = random.between(1, 6);
        const tail = new FrameTail(length);
        let all: number[] = [];
        let next = 1;
        for (let step = 0; step < 100; step++) {
          if (random.chance(0.03)) {
            next = random.between(1, 1000);
            all = [];
            tail.restart(next);
          } else {
            all.push(next);
            tail.push(frameOf(next++));
          }
          for (let seq = next - 3 * length; seq <= next + 2; seq++) {
            const complete = seq < next && seq >= next - 1 - all.length;
            const expected = complete ? all.filter((n) => n > seq).map(frameOf) : undefined;
            const given = framesAfter(tail, seq);
            const mayBeForgotten = seq < next - 1 - length;
            if (given !== undefined || !mayBeForgotten) expect(given, `after ${seq}`).to.deep.equal(expected);
            if (seq >= next - length && seq < next) {
              expect(tail.at(seq)).to.equal(all.includes(seq) ? frameOf(seq) : undefined);
            }
          }
          expect(tail.after(next - 1 - 2 * length), 'it is bounded').to.equal(undefined);
        }
      }
    }));

  it('agrees with keeping everything over many blocks', () => {
    const tail = new FrameTail(256);
    for (let n = 1; n <= 1_000; n++) {
      tail.push(frameOf(n));
      expect(tail.first, `at ${n}`).to.be.within(n - 319, Math.max(1, n - 255));
    }
    const expected = Array.from({ length: 256 }, (_, index) => frameOf(745 + index));
    expect(framesAfter(tail, 744)).to.deep.equal(expected);
  });
});
