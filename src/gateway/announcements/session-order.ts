/**
 * The numbers that show which of two sessions was opened later, also at two gateways. Each number is above all that were
 * given out here or seen before. They follow Postgres's clock, which all gateways share, carried on by this process's
 * monotonic clock: so a gateway that has just started, or was cut off, is not behind the others, and an old announcement
 * never outranks a session that was opened after it. No wall clock of a gateway counts.
 */

export interface SessionOrder {
  /** Looks at Postgres's clock again. Rejects while Postgres is away; the numbers go on. */
  synchronise(): Promise<void>;
  next(): number;
  /** Another gateway has given out this number. */
  saw(order: number): void;
}

/**
 * How far a reading can be off is half the time that it took: a busy process, or one that has just started, reads again and keeps
 * the quickest. With one reading a session on a busy machine was taken for the older one, and ended (once in twelve tries).
 */
const QUICK_MS = 5;
const MOST_READINGS = 5;

/** `readClock` resolves with microseconds since 1970; `now` is milliseconds of a monotonic clock. */
export function createSessionOrder(readClock: () => Promise<number>, now: () => number): SessionOrder {
  let base = { clock: 0, at: now() };
  let last = 0;
  return {
    async synchronise() {
      let leastMs = Number.POSITIVE_INFINITY;
      for (let reading = 0; reading < MOST_READINGS && leastMs > QUICK_MS; reading++) {
        const askedAt = now();
        const clock = await readClock();
        const tookMs = now() - askedAt;
        if (tookMs >= leastMs) continue;
        leastMs = tookMs;
        base = { clock, at: askedAt + tookMs / 2 };
      }
    },
    next() {
      last = Math.max(last + 1, Math.floor(base.clock + (now() - base.at) * 1000));
      return last;
    },
    saw(order) {
      last = Math.max(last, order);
    },
  };
}
