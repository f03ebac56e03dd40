import { expect } from 'chai';
import { createLifecycle } from '../../../src/platform/lifecycle.ts';
import { createLogger } from '../../../src/platform/logger.ts';

const logger = createLogger('silent');

describe('the lifecycle', () => {
  it('undoes in the reverse order of starting', async () => {
    const undone: string[] = [];
    const lifecycle = createLifecycle(logger);
    for (const part of ['pool', 'broker', 'listener']) lifecycle.onStop(part, () => void undone.push(part));
    await lifecycle.stop();
    expect(undone).to.deep.equal(['listener', 'broker', 'pool']);
  });

  it('waits for each step before it takes the next', async () => {
    const undone: string[] = [];
    const lifecycle = createLifecycle(logger);
    lifecycle.onStop('first', () => void undone.push('first'));
    lifecycle.onStop('second', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      undone.push('second');
    });
    await lifecycle.stop();
    expect(undone).to.deep.equal(['second', 'first']);
  });

  it('goes on when a step throws or rejects', async () => {
    const undone: string[] = [];
    const lifecycle = createLifecycle(logger);
    lifecycle.onStop('first', () => void undone.push('first'));
    lifecycle.onStop('throws', () => {
      throw new Error('no');
    });
    lifecycle.onStop('rejects', () => Promise.reject(new Error('no')));
    await lifecycle.stop();
    expect(undone).to.deep.equal(['first']);
  });

  it('goes on after the deadline when a step hangs', async () => {
    const undone: string[] = [];
    const lifecycle = createLifecycle(logger);
    lifecycle.onStop('first', () => void undone.push('first'));
    lifecycle.onStop('hangs', () => new Promise<void>(() => {}), 5);
    await lifecycle.stop();
    expect(undone).to.deep.equal(['first']);
  });

  it('undoes each step once when it is stopped twice, and both wait for the end', async () => {
    let undone = 0;
    const lifecycle = createLifecycle(logger);
    lifecycle.onStop('part', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      undone++;
    });
    const first = lifecycle.stop();
    await lifecycle.stop();
    expect(undone).to.equal(1);
    await first;
    await lifecycle.stop();
    expect(undone).to.equal(1);
  });
});
