import { expect } from 'chai';
import { createAttemptSlots } from '../../../src/escalation/deliveries/attempt-slots.ts';

describe('the slots of deliveries', () => {
  it('are limited for each target and in all', () => {
    const slots = createAttemptSlots(['a', 'b'], { inAll: 5, each: 4 });
    for (let taken = 0; taken < 4; taken++) slots.take('a');
    expect(slots.rooms()).to.deep.equal([{ target: 'b', free: 1 }]);
    slots.take('b');
    expect([slots.rooms(), slots.left()]).to.deep.equal([[], 0]);
  });

  it('are one for a target that does not answer, until it does', () => {
    const slots = createAttemptSlots(['a', 'b'], { inAll: 8, each: 4 });
    slots.take('a');
    slots.take('a');
    expect(slots.release('a', true)).to.equal(false);
    expect(slots.rooms()).to.deep.equal([{ target: 'b', free: 4 }]);
    expect(slots.release('a', true)).to.equal(true);
    expect(slots.rooms()[0]).to.deep.equal({ target: 'a', free: 1 });
    slots.take('a');
    slots.release('a', false);
    expect(slots.rooms()[0]).to.deep.equal({ target: 'a', free: 4 });
  });

  it('say when there is room again', () => {
    const slots = createAttemptSlots(['a'], { inAll: 8, each: 2 });
    slots.take('a');
    expect(slots.release('a', false)).to.equal(false);
    slots.take('a');
    slots.take('a');
    expect(slots.release('a', false)).to.equal(true);
  });
});
