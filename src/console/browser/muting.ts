/** For how long a till may be silent. Guarantees that it rings again by itself: no muting outlasts the day. */

export type MuteFor = '10min' | '30min' | 'today';

export const MUTE_CHOICES: readonly MuteFor[] = ['10min', '30min', 'today'];

const MINUTE = 60_000;
/** A day of a clock change has 25 hours. A longer muting is of a clock that was wrong. */
const LONGEST_MS = 25 * 60 * MINUTE;

/** When it ends, in milliseconds since 1970; `dayEnd` is the next midnight. */
export function muteEnd(choice: MuteFor, now: number, dayEnd: number): number {
  switch (choice) {
    case '10min':
      return now + 10 * MINUTE;
    case '30min':
      return now + 30 * MINUTE;
    case 'today':
      return dayEnd;
  }
}

export function isMuted(mutedUntil: number, now: number): boolean {
  return mutedUntil > now && mutedUntil - now <= LONGEST_MS;
}
