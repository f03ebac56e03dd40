/**
 * Asks the clients whether they are there, which keeps the paths to them open: who answers nothing for the idle timeout is cut by
 * uWebSockets.js. It would ping by itself, but everything that was opened at about the same time in one turn, for as long as it
 * lives: alerts waited for 30 ms behind 3,000 pings.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Session } from './session.ts';

/** Each is a system call of 5 to 9 µs. */
const PINGS_A_TURN = 50;

/** Seconds that a client has to answer, of short and of longer timeouts. */
const ANSWER_SECONDS = [4, 8, 16] as const;

/** In steps of so many does uWebSockets.js count, the first of which may be over at once; and the most that it takes. */
const STEP_SECONDS = 4;
const MOST_SECONDS = 960;

/** What uWebSockets.js is to be given, so that no client is cut before the timeout. */
export function transportTimeout(idleTimeoutSeconds: number): number {
  return Math.min(idleTimeoutSeconds + STEP_SECONDS, MOST_SECONDS);
}

/** So long after its last ping a client is pinged again: as long before the timeout as uWebSockets.js itself would. */
export function pingSeconds(idleTimeoutSeconds: number): number {
  const [shortest] = ANSWER_SECONDS;
  const answer = ANSWER_SECONDS.findLast((seconds) => idleTimeoutSeconds >= 3 * seconds) ?? shortest;
  return idleTimeoutSeconds - answer;
}

/** Pings all that are due, in several turns. To be called each second. */
export async function pingDue(
  sessions: readonly Session[],
  everyMs: number,
  now: () => number,
): Promise<void> {
  let count = 0;
  for (const session of sessions) {
    if (session.pingIfDue(now(), everyMs) && ++count % PINGS_A_TURN === 0) await nextTurn();
  }
}
