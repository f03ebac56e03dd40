import { expect } from 'chai';
import type { ReportedProgress } from '../../../src/domain/progress.ts';
import { startProgressWriter } from '../../../src/gateway/progress-writer.ts';
import { AppError } from '../../../src/platform/errors.ts';
import { createGates, turn } from '../../support/fake-log.ts';
import { silent } from '../../support/feed.ts';

/** Each statement, and each pause after it, waits for its gate. */
function setting() {
  const clock = { now: 0 };
  const statements = createGates();
  const pauses = createGates();
  const written: ReportedProgress[][] = [];
  const paused: number[] = [];
  const state: { fault?: Error | undefined; dropped: number } = { dropped: 0 };
  const writer = startProgressWriter({
    async write(reported) {
      written.push([...reported]);
      const { fault } = state;
      await statements.gate();
      if (fault !== undefined) throw fault;
    },
    observe: { progressDropped: (count) => (state.dropped += count) },
    logger: silent,
    pause(ms) {
      paused.push(ms);
      return pauses.gate();
    },
    now: () => clock.now,
  });
  const report = (shopId: string, seq: number, kind: 'seen' | 'spoken' = 'spoken', publishedAt?: number) =>
    writer.add({ shopId, kind, seq, sid: 'till-1' }, publishedAt);
  const seqs = () => written.map((batch) => batch.map(({ shopId, kind, seq }) => `${shopId} ${kind} ${seq}`));
  return { clock, statements, pauses, paused, written, state, writer, report, seqs };
}

const away = new AppError('database-unavailable', 'away');

describe('what tills report', () => {
  it('is written at once, and gathered while a statement and its pause last: the highest of each', async () => {
    const { report, seqs, statements, pauses } = setting();
    report('a', 1);
    for (const seq of [2, 4, 3]) report('a', seq);
    report('a', 1, 'seen');
    report('b', 7);
    expect(seqs()).to.deep.equal([['a spoken 1']]);
    statements.open();
    await turn();
    expect(seqs(), 'the pause lasts').to.have.length(1);
    pauses.open();
    await turn();
    expect(seqs().slice(1)).to.deep.equal([['a spoken 4', 'a seen 1', 'b spoken 7']]);
  });

  it('is written with its age', async () => {
    const { report, written, clock, statements, pauses } = setting();
    report('a', 1);
    clock.now = 60;
    report('a', 2, 'spoken', 20);
    clock.now = 310;
    statements.open();
    await turn();
    pauses.open();
    await turn();
    expect(written.map(([first]) => first?.ageMs)).to.deep.equal([0, 250]);
    expect(written.map(([first]) => first?.broadcastAgeMs)).to.deep.equal([undefined, 290]);
  });

  it('waits while Postgres is away, without what is superseded', async () => {
    const { report, seqs, paused, state, statements, pauses } = setting();
    state.fault = away;
    report('a', 1);
    report('b', 1);
    statements.open();
    await turn();
    pauses.open();
    await turn();
    report('b', 2);
    state.fault = undefined;
    statements.open();
    await turn();
    pauses.open();
    await turn();
    expect(seqs()).to.deep.equal([
      ['a spoken 1'],
      ['b spoken 1', 'a spoken 1'],
      ['b spoken 2', 'a spoken 1'],
    ]);
    expect(paused).to.deep.equal([1_000, 1_000]);
    expect(state.dropped).to.equal(0);
  });

  it('is dropped and counted beyond 10,000 shops and kinds that wait', async () => {
    const { report, written, state, statements, pauses } = setting();
    state.fault = away;
    report('first', 1);
    const taken = Array.from({ length: 10_005 }, (_, index) => report(`shop-${index}`, 1));
    expect(taken.filter(Boolean)).to.have.length(10_000);
    expect(state.dropped).to.equal(5);
    statements.open();
    await turn();
    pauses.open();
    await turn();
    expect(written.at(-1), 'one statement is not larger than that').to.have.length(1_000);
  });

  it('is dropped and counted where the statement itself is at fault, and later ones go on', async () => {
    const { report, seqs, state, statements, pauses } = setting();
    state.fault = new Error('a column is missing');
    report('a', 1);
    statements.open();
    await turn();
    pauses.open();
    await turn();
    state.fault = undefined;
    report('a', 2);
    expect(seqs()).to.deep.equal([['a spoken 1'], ['a spoken 2']]);
    expect(state.dropped).to.equal(1);
  });

  it('is written to the end when the gateway stops, and dropped where Postgres is away then', async () => {
    for (const [fault, dropped] of [
      [undefined, 0],
      [away, 1],
    ] as const) {
      const { report, seqs, writer, state, statements, pauses } = setting();
      report('a', 1);
      report('a', 2);
      const stopped = writer.stop();
      state.fault = fault;
      statements.open();
      await turn();
      pauses.open();
      await turn();
      statements.open();
      await turn();
      pauses.open();
      await stopped;
      expect(seqs()).to.deep.equal([['a spoken 1'], ['a spoken 2']]);
      expect(state.dropped).to.equal(dropped);
    }
  });
});
