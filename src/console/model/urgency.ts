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

/** Between two rings that go on until the alert is handled. */
const CONTINUOUS_PAUSE_SECONDS = 1;

export interface PaceSettings {
  /** 0 rings once. */
  readonly repeatSeconds: number;
  readonly untilHandled: boolean;
}

/** The pause between two rings: the chosen one until the oldest is late. One who chose to hear each once still does. */
export function pauseSeconds({ repeatSeconds, untilHandled }: PaceSettings, oldest: Urgency): number {
  if (untilHandled) return CONTINUOUS_PAUSE_SECONDS;
  return Math.min(repeatSeconds, LONGEST_PAUSE_SECONDS[oldest]);
}
