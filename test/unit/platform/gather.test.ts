import { expect } from 'chai';
import { createGather } from '../../../src/platform/gather.ts';

/** Answers when the test says so. */
function controlled(options: { maxWeight?: number; atOnce?: number; weigh?: (n: number) => number } = {}) {
  const batches: { questions: readonly number[]; answer(): void; fail(error: Error): void }[] = [];
  const gather = createGather<number, string>({
    maxWeight: 10,
    atOnce: 1,
    ...options,
    answer: (questions) =>
      new Promise((resolve, reject) => {
        const answer = () => resolve(questions.map((question) => `answer ${question}`));
        batches.push({ questions, answer, fail: reject });
      }),
  });
  return { batches, ask: gather.ask, asked: () => batches.map(({ questions }) => questions) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('gathered questions', () => {
  it('go out at once on a quiet line, those of one turn together', async () => {
    const { ask, asked } = controlled();
    void ask(1);
    void ask(2);
    await turn();
    expect(asked()).to.deep.equal([[1, 2]]);
  });

  it('that come while others are under way go out together when those are answered', async () => {
    const { ask, asked, batches } = controlled();
    const first = ask(1);
    await turn();
    const later = [ask(2), ask(3)];
    await turn();
    later.push(ask(4));
    await turn();
    expect(asked()).to.deep.equal([[1]]);
    batches[0]?.answer();
    expect(await first).to.equal('answer 1');
    await turn();
    expect(asked()).to.deep.equal([[1], [2, 3, 4]]);
    batches[1]?.answer();
    expect(await Promise.all(later)).to.deep.equal(['answer 2', 'answer 3', 'answer 4']);
  });

  it('make batches up to a weight, in their order; what is heavier goes alone', async () => {
    const { ask, asked } = controlled({ atOnce: 4, weigh: (n) => n });
    for (const weight of [4, 6, 1, 20, 3]) void ask(weight);
    await turn();
    expect(asked()).to.deep.equal([[4, 6], [1], [20], [3]]);
  });

  it('are under way in so many batches at once', async () => {
    const { ask, asked, batches } = controlled({ maxWeight: 1, atOnce: 2 });
    for (const n of [1, 2, 3]) void ask(n);
    await turn();
    expect(asked()).to.deep.equal([[1], [2]]);
    batches[1]?.answer();
    await turn();
    expect(asked()).to.deep.equal([[1], [2], [3]]);
  });

  it('of a batch that fails get its error, and the next batch goes out', async () => {
    const { ask, batches } = controlled();
    const failing = [ask(1), ask(2)].map((answer) => answer.catch((error) => error.message));
    await turn();
    const next = ask(3);
    batches[0]?.fail(new Error('away'));
    expect(await Promise.all(failing)).to.deep.equal(['away', 'away']);
    await turn();
    batches[1]?.answer();
    expect(await next).to.equal('answer 3');
  });

  it('of a batch with too few answers fail, and none waits for ever', async () => {
    const gather = createGather<number, string>({ maxWeight: 10, atOnce: 1, answer: async () => ['one'] });
    const failing = [gather.ask(1), gather.ask(2)].map((answer) => answer.catch((error) => error.message));
    expect(await Promise.all(failing)).to.deep.equal([
      '1 answers to 2 questions',
      '1 answers to 2 questions',
    ]);
  });
});
