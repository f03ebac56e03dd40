/**
 * When a delivery is tried again. Pure. Guarantees that no attempt follows sooner than the receiver asked for with
 * `Retry-After`, up to an hour.
 */

const DELAYS_MS = [5_000, 15_000, 45_000, 120_000] as const;
const LONGEST_DELAY_MS = 300_000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** `attempts` are those made so far, from 1; `random` is in [0, 1). With a fifth more or less: many failed at once. */
export function retryDelayMs(attempts: number, retryAfterMs: number, random: number): number {
  const planned = (DELAYS_MS[attempts - 1] ?? LONGEST_DELAY_MS) * (0.8 + 0.4 * random);
  return Math.round(Math.max(planned, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS)));
}

/** Seconds or a date (RFC 9110 section 10.2.3). 0 where there is none, or none that can be read. */
export function readRetryAfter(value: string | undefined, nowMs: number): number {
  const text = value?.trim() ?? '';
  if (/^[0-9]{1,10}$/.test(text)) return Number(text) * 1000;
  // Without a letter Date.parse takes anything for a year.
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}
