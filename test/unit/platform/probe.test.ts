import { expect } from 'chai';
import { createProbe } from '../../../src/platform/probe.ts';

/** A probe on a clock that the test moves, asking for answers that the test gives. */
function probeOn(deadlineMs = 1_000) {
  const clock = { now: 0 };
  const questions: { answer(value: number): void; fail(error: Error): void }[] = [];
  const failures: unknown[] = [];
  const probe = createProbe(
    () =>
      new Promise<number>((resolve, reject) => {
        questions.push({ answer: resolve, fail: reject });
      }),
    { freshMs: 100, deadlineMs, now: () => clock.now, onFailure: (error) => failures.push(error) },
  );
  return { probe, clock, questions, failures };
}

describe('a probe', () => {
  it('asks once for all who want to know at the same time', async () => {
    const { probe, questions } = probeOn();
    const answers = Promise.all([probe(), probe(), probe()]);
    expect(questions).to.have.length(1);
    questions[0]?.answer(7);
    expect(await answers).to.deep.equal([7, 7, 7]);
  });

  it('gives the same answer for as long as it is fresh, and then asks again', async () => {
    const { probe, clock, questions } = probeOn();
    const first = probe();
    questions[0]?.answer(7);
    await first;
    clock.now = 99;
    expect(await probe()).to.equal(7);
    clock.now = 100;
    const second = probe();
    expect(questions).to.have.length(2);
    questions[1]?.answer(8);
    expect(await second).to.equal(8);
  });

  it('gives nothing when asking fails, says so once, and asks nobody for a while', async () => {
    const { probe, clock, questions, failures } = probeOn();
    const answers = Promise.all([probe(), probe()]);
    const error = new Error('away');
    questions[0]?.fail(error);
    expect(await answers).to.deep.equal([undefined, undefined]);
    expect(failures).to.deep.equal([error]);
    clock.now = 99;
    expect(await probe()).to.equal(undefined);
    expect(questions).to.have.length(1);
  });

  it('gives nothing when the answer does not come in time, and asks no second question meanwhile', async () => {
    const { probe, clock, questions, failures } = probeOn(5);
    expect(await probe()).to.equal(undefined);
    expect(failures).to.have.length(1);
    clock.now = 1_000;
    expect(await probe()).to.equal(undefined);
    expect(questions).to.have.length(1);
    expect(failures, 'it is the same question').to.have.length(1);
  });

  it('gives the next one an answer that came late', async () => {
    const { probe, clock, questions } = probeOn(5);
    await probe();
    clock.now = 500;
    questions[0]?.answer(7);
    await new Promise((resolve) => setImmediate(resolve));
    clock.now = 550;
    expect(await probe()).to.equal(7);
  });
});
