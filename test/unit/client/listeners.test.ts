import { expect } from 'chai';
import { createListeners } from '../../../src/client/listeners.ts';
import type { State } from '../../../src/client/types.ts';

const live: State = { name: 'live' };

describe('the listeners of a bell', () => {
  it('hear the events of their name, in the order in which they came', () => {
    const listeners = createListeners(() => {});
    const heard: string[] = [];
    listeners.on('state', ({ name }) => heard.push(`first ${name}`));
    listeners.on('state', ({ name }) => heard.push(`second ${name}`));
    listeners.on('gap', () => heard.push('gap'));
    listeners.emit('state', live);
    expect(heard).to.deep.equal(['first live', 'second live']);
  });

  it('hear nothing of the error of another, which is reported', () => {
    const errors: unknown[] = [];
    const listeners = createListeners((error) => errors.push(error));
    const error = new Error('of the page');
    let heard = 0;
    listeners.on('state', () => {
      throw error;
    });
    listeners.on('state', () => heard++);
    listeners.emit('state', live);
    expect(heard).to.equal(1);
    expect(errors).to.deep.equal([error]);
  });

  it('hear nothing more once they have left, also if another makes them leave meanwhile', () => {
    const listeners = createListeners(() => {});
    let heard = 0;
    listeners.on('state', () => tearDown());
    const tearDown = listeners.on('state', () => heard++);
    listeners.emit('state', live);
    listeners.emit('state', live);
    expect(heard).to.equal(0);
  });

  it('that come during an event hear the next one', () => {
    const listeners = createListeners(() => {});
    let heard = 0;
    const tearDown = listeners.on('state', () => {
      tearDown();
      listeners.on('state', () => heard++);
    });
    listeners.emit('state', live);
    expect(heard).to.equal(0);
    listeners.emit('state', live);
    expect(heard).to.equal(1);
  });

  it('are called twice where they were added twice, and leave one at a time', () => {
    const listeners = createListeners(() => {});
    let heard = 0;
    const listener = () => heard++;
    listeners.on('state', listener);
    const tearDown = listeners.on('state', listener);
    tearDown();
    tearDown();
    listeners.emit('state', live);
    expect(heard).to.equal(1);
  });
});
