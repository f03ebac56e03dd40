import { expect } from 'chai';
import { withDeadline } from '../../../src/platform/deadline.ts';
import { AppError } from '../../../src/platform/errors.ts';

const never = () => new Promise<never>(() => {});

describe('a deadline', () => {
  it('passes on what the work resolves with', async () => {
    expect(await withDeadline(Promise.resolve(42), 60_000, 'the work')).to.equal(42);
  });

  it('passes on the very error that the work rejects with', async () => {
    const failure = new Error('no');
    const error = await withDeadline(Promise.reject(failure), 60_000, 'the work').catch((error) => error);
    expect(error).to.equal(failure);
  });

  it('rejects with `deadline-passed` and the name of the work when the work takes longer', async () => {
    const error = await withDeadline(never(), 5, 'the work').catch((error) => error);
    expect(error).to.be.instanceOf(AppError);
    expect(error).to.include({ code: 'deadline-passed', message: 'the work took more than 5 ms' });
  });

  it('swallows a rejection that comes after it has passed', async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listener);
    try {
      let fail = (_: Error) => {};
      const work = new Promise<never>((_, reject) => {
        fail = reject;
      });
      await withDeadline(work, 1, 'the work').catch(() => {});
      fail(new Error('too late'));
      // Node reports unhandled rejections once the microtasks of a turn are done: two turns are more than enough.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });
});
