/**
 * Many small questions as few large ones: what is asked while the answers to earlier questions are awaited goes out together
 * as soon as one of them is there. On a quiet line a question goes out at once. Guarantees that each question gets its own answer, or
 * the error of the batch that it was in.
 */

export interface Gather<Question, Answer> {
  ask(question: Question): Promise<Answer>;
}

export interface GatherOptions<Question, Answer> {
  /** Resolves with one answer for each question, in their order. */
  answer(questions: readonly Question[]): Promise<readonly Answer[]>;
  /** How much a question counts: 1 unless given. */
  weigh?(question: Question): number;
  /** The most that a batch may weigh. A heavier question goes alone. */
  maxWeight: number;
  /** How many batches may be under way. */
  atOnce: number;
}

interface Asked<Question, Answer> {
  question: Question;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export function createGather<Question, Answer>({
  answer,
  weigh = () => 1,
  maxWeight,
  atOnce,
}: GatherOptions<Question, Answer>): Gather<Question, Answer> {
  let waiting: Asked<Question, Answer>[] = [];
  let underway = 0;

  function takeBatch(): Asked<Question, Answer>[] {
    let weight = 0;
    const beyond = waiting.findIndex(({ question }, index) => {
      weight += weigh(question);
      return index > 0 && weight > maxWeight;
    });
    const batch = beyond < 0 ? waiting : waiting.slice(0, beyond);
    waiting = beyond < 0 ? [] : waiting.slice(beyond);
    return batch;
  }

  async function settle(batch: readonly Asked<Question, Answer>[]): Promise<void> {
    try {
      const answers = await answer(batch.map(({ question }) => question));
      if (answers.length !== batch.length) {
        throw new Error(`${answers.length} answers to ${batch.length} questions`);
      }
      answers.forEach((each, index) => {
        batch[index]?.resolve(each);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function start(): void {
    while (underway < atOnce && waiting.length > 0) {
      underway++;
      void settle(takeBatch()).then(() => {
        underway--;
        start();
      });
    }
  }

  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ question, resolve, reject });
        // A microtask later: what one read of a socket brings makes one batch.
        if (waiting.length === 1) queueMicrotask(start);
      }),
  };
}
