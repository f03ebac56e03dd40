/**
 * Log lines that a client outside can cause at any rate. Guarantees that each is written at once the first time, and then
 * at most once a minute, with how often it happened meanwhile.
 */

import type { Logger } from './logger.ts';

export type ThrottledLog = (fields: object, message: string) => void;

const EVERY_MS = 60_000;

/** `now` is milliseconds of a monotonic clock; `message` is what is counted, so it holds no values. */
export function createThrottledLog(logger: Logger, now: () => number): ThrottledLog {
  const lines = new Map<string, { writtenAt: number; times: number }>();
  return (fields, message) => {
    const line = lines.get(message) ?? { writtenAt: Number.NEGATIVE_INFINITY, times: 0 };
    lines.set(message, line);
    line.times++;
    if (now() - line.writtenAt < EVERY_MS) return;
    logger.warn({ ...fields, times: line.times }, message);
    line.writtenAt = now();
    line.times = 0;
  };
}
