/**
 * Preloaded into a process of the service: its clock is ahead, or behind, by CLOCK_SHIFT_SECONDS, and a wait of ten minutes or
 * more, as between two looks of the worker for what has expired, is over at once.
 */

const SHIFT_MS = Number(process.env.CLOCK_SHIFT_SECONDS) * 1000;
const TrueDate = Date;

globalThis.Date = class extends TrueDate {
  constructor(...args) {
    super(...(args.length === 0 ? [TrueDate.now() + SHIFT_MS] : args));
  }
  static now() {
    return TrueDate.now() + SHIFT_MS;
  }
};

const wait = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  (work, ms, ...rest) => wait(work, ms >= 600_000 ? 100 : ms, ...rest),
  wait,
);
