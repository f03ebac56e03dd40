import { expect } from 'chai';
import { type ChannelAck, createAckWindow } from '../../../src/broker/ack-window.ts';
import { createRandom, type Random } from '../../support/random.ts';

/** The broker's own book, as naive as can be: which tags are unacknowledged, and what each acknowledgement takes. */
function createBroker(deliveries: number) {
  const unacknowledged = new Set(Array.from({ length: deliveries }, (_, index) => index + 1));
  return {
    unacknowledged,
    receive({ tag, multiple }: ChannelAck): number[] {
      if (!unacknowledged.has(tag)) throw new Error(`PRECONDITION_FAILED - unknown delivery tag ${tag}`);
      const taken = multiple ? [...unacknowledged].filter((other) => other <= tag) : [tag];
      for (const other of taken) unacknowledged.delete(other);
      return taken;
    },
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** With so many deliveries in hand. */
function windowOf(count: number) {
  const window = createAckWindow<number>();
  for (let tag = 1; tag <= count; tag++) window.add(tag, tag);
  return window;
}

describe('the window of acknowledgements', () => {
  it('covers a batch from the start with one acknowledgement', () => {
    expect(windowOf(9).settle([1, 2, 3])).to.deep.equal([{ tag: 3, multiple: true }]);
  });

  it('goes on where the last batch ended', () => {
    const window = windowOf(9);
    window.settle([1, 2, 3]);
    expect(window.settle([4, 5])).to.deep.equal([{ tag: 5, multiple: true }]);
  });

  it('takes the tags in any order', () => {
    expect(windowOf(9).settle([3, 1, 2])).to.deep.equal([{ tag: 3, multiple: true }]);
  });

  it('acknowledges one by one what lies behind an unsettled delivery', () => {
    expect(windowOf(9).settle([5, 1, 3])).to.deep.equal([
      { tag: 1, multiple: true },
      { tag: 3, multiple: false },
      { tag: 5, multiple: false },
    ]);
  });

  it('names no tag again that it acknowledged one by one when the gap before it closes', () => {
    const window = windowOf(9);
    window.settle([2, 3]);
    expect(window.settle([1])).to.deep.equal([{ tag: 1, multiple: true }]);
    expect(window.settle([4])).to.deep.equal([{ tag: 4, multiple: true }]);
  });

  it('reaches over what it acknowledged one by one', () => {
    const window = windowOf(9);
    window.settle([2]);
    expect(window.settle([1, 3])).to.deep.equal([{ tag: 3, multiple: true }]);
  });

  it('has nothing to say of nothing', () => {
    expect(windowOf(9).settle([])).to.deep.equal([]);
  });

  it('acknowledges each settled delivery once and no other, in any order and any batches', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = createRandom(seed);
      const deliveries = random.between(1, 60);
      const broker = createBroker(deliveries);
      const window = windowOf(deliveries);
      // Mostly in order, as deliveries are, with some that are settled much later or never.
      const tags = [...broker.unacknowledged];
      const order = random.chance(0.5) ? shuffled(tags, random) : tags;
      const settling = order.filter(() => random.chance(0.9));
      while (settling.length > 0) {
        const batch = settling.splice(0, random.between(1, 8));
        const taken = window.settle(batch).flatMap(broker.receive);
        expect(
          taken.sort((a, b) => a - b),
          `seed ${seed}`,
        ).to.deep.equal([...batch].sort((a, b) => a - b));
      }
    }
  });

  it('needs one acknowledgement a batch while deliveries are settled in order', () => {
    const window = windowOf(1000);
    for (let first = 1; first < 1000; first += 10) {
      const batch = Array.from({ length: 10 }, (_, index) => first + index);
      expect(window.settle(batch)).to.have.length(1);
    }
  });

  it('remembers no more than what is in hand while one delivery stays unsettled', () => {
    const window = createAckWindow<number>();
    window.add(1, 1);
    for (let tag = 2; tag < 10_000; tag++) {
      window.add(tag, tag);
      expect(window.settle([tag])).to.deep.equal([{ tag, multiple: false }]);
      expect(window.size()).to.equal(1);
    }
    expect(window.settle([1])).to.deep.equal([{ tag: 1, multiple: true }]);
    expect([...window.inHand()]).to.deep.equal([]);
  });
});
