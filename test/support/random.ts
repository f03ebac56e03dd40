/** Randomness that can be repeated: a failing run prints its seed, and `TEST_SEED` runs it again. */

export interface Random {
  readonly seed: number;
  /** In [0, 1). */
  next(): number;
  /** A whole number in [low, high]. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32: small, fast, and good enough to shuffle a test. */
export function createRandom(seed = seedOfTheRun()): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

/** Runs `work`; if it fails, says with which seed. */
export async function withSeed(work: (random: Random) => void | Promise<void>, seed?: number): Promise<void> {
  const random = createRandom(seed);
  try {
    await work(random);
  } catch (error) {
    console.error(`      this was TEST_SEED=${random.seed}`);
    throw error;
  }
}

function seedOfTheRun(): number {
  const given = Number(process.env.TEST_SEED);
  return Number.isInteger(given) && given > 0 ? given : 1 + Math.floor(Math.random() * 2 ** 31);
}
