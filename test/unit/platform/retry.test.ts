import { expect } from 'chai';
import { type FailedAttempt, type RetryOptions, retry } from '../../../src/platform/retry.ts';

const away = new Error('away');

/** Rejects so many times, then resolves with how many attempts there were. */
function failing(times: number): () => Promise<number> {
  let attempts = 0;
  return async () => {
    if (attempts++ < times) throw away;
    return attempts;
  };
}

describe('a retry', () => {
  let failed: FailedAttempt[];
  let aborting: AbortController;
  let options: RetryOptions;

  beforeEach(() => {
    failed = [];
    aborting = new AbortController();
    const backoff = { initialMs: 1, maxMs: 2 };
    options = { backoff, signal: aborting.signal, onFailure: (failure) => failed.push(failure) };
  });

  it('resolves with the value of the first attempt that succeeds', async () => {
    expect(await retry(failing(0), options)).to.deep.equal({ outcome: 'done', value: 1 });
    expect(failed).to.deep.equal([]);
  });

  it('reports each failed attempt with its number, its error and the wait that follows', async () => {
    expect(await retry(failing(3), options)).to.deep.equal({ outcome: 'done', value: 4 });
    expect(failed.map(({ failures }) => failures)).to.deep.equal([1, 2, 3]);
    for (const { error, waitMs } of failed) {
      expect(error).to.equal(away);
      expect(waitMs).to.be.within(0, 2);
    }
  });

  it('waits between two attempts for as long as it reported', async () => {
    options.backoff = { initialMs: 40, maxMs: 40 };
    const startedAt = performance.now();
    await retry(failing(2), options);
    const waited = failed.reduce((sum, { waitMs }) => sum + waitMs, 0);
    expect(performance.now() - startedAt).to.be.greaterThan(waited - 2);
  });

  it('ends its wait when the signal aborts', async () => {
    options.backoff = { initialMs: 60_000, maxMs: 60_000 };
    options.onFailure = () => {
      setImmediate(() => aborting.abort());
    };
    expect(await retry(failing(9), options)).to.deep.equal({ outcome: 'aborted' });
  });

  it('attempts nothing where the signal has aborted before', async () => {
    aborting.abort();
    const attempt = () => expect.fail('it was attempted');
    expect(await retry(attempt, options)).to.deep.equal({ outcome: 'aborted' });
  });

  it('keeps the result of an attempt that succeeds while the signal aborts', async () => {
    const attempt = async () => {
      aborting.abort();
      return 'here';
    };
    expect(await retry(attempt, options)).to.deep.equal({ outcome: 'done', value: 'here' });
  });

  it('reports an attempt that fails while the signal aborts, and makes no other', async () => {
    let attempts = 0;
    const attempt = async () => {
      attempts++;
      aborting.abort();
      throw away;
    };
    expect(await retry(attempt, options)).to.deep.equal({ outcome: 'aborted' });
    expect(attempts).to.equal(1);
    expect(failed).to.have.length(1);
  });

  it('gives up with the last error, and waits no more', async () => {
    options.giveUp = ({ failures }) => failures === 3;
    expect(await retry(failing(9), options)).to.deep.equal({ outcome: 'gave-up', error: away });
    expect(failed.map(({ failures }) => failures)).to.deep.equal([1, 2]);
  });

  it('waits by the pause that it is given', async () => {
    const waits: number[] = [];
    options.backoff = { initialMs: 60_000, maxMs: 60_000 };
    options.pause = async (ms) => waits.push(ms);
    expect(await retry(failing(2), options)).to.deep.equal({ outcome: 'done', value: 3 });
    expect(waits).to.deep.equal(failed.map(({ waitMs }) => waitMs));
  });

  it('needs no signal', async () => {
    const { signal: _, ...others } = options;
    expect(await retry(failing(2), others)).to.deep.equal({ outcome: 'done', value: 3 });
  });
});
