/** How pressing an open alert has become by waiting, and how often to ring for it. Pure. */

export type Urgency = 'fresh' | 'late' | 'overdue';

export interface UrgencyLimits {
  readonly lateMinutes: number;
  readonly overdueMinutes: number;
}

const MINUTE_MS = 60_000;

/** `now` is in milliseconds since 1970, of the clock that `occurredAt` is of. */
export function urgencyOf(occurredAt: string, now: number, limits: UrgencyLimits): Urgency {
  const minutes = (now - Date.parse(occurredAt)) / MINUTE_MS;
  if (minutes >= limits.overdueMinutes) return 'overdue';
  return minutes >= limits.lateMinutes ? 'late' : 'fresh';
}

const LONGEST_PAUSE_SECONDS: Readonly<Record<Urgency, number>> = {
  fresh: Number.POSITIVE_INFINITY,
  late: 10,
  overdue: 5,
};

/** The pause between two rings: the chosen one until the oldest is late. One who chose to hear each once still does. */
export function pauseSeconds(chosen: number, oldest: Urgency): number {
  return Math.min(chosen, LONGEST_PAUSE_SECONDS[oldest]);
}
