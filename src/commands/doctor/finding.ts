/** What a look at one part found, and how looks are taken: none of them takes long, and none rejects. */

import { withDeadline } from '../../platform/deadline.ts';
import { AppError, messageOf } from '../../platform/errors.ts';

export interface Finding {
  check: string;
  /** `fail`: the service does not start, or does not do what it guarantees. `warn`: it does, and something is odd. */
  state: 'ok' | 'warn' | 'fail';
  says: string;
  /** What to do about it. */
  todo?: string;
}

export function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says };
}

export function warn(check: string, says: string, todo: string): Finding {
  return { check, state: 'warn', says, todo };
}

export function fail(check: string, says: string, todo: string): Finding {
  return { check, state: 'fail', says, todo };
}

/** How long one look may take. */
export const LOOK_MS = 5_000;

/** What is looked at, and how; without a finding nothing is printed. */
export interface Look {
  check: string;
  take(): Promise<Finding | undefined>;
}

/**
 * Takes the looks in turn. Never rejects: one that fails is a finding. Ends with one that had no answer within
 * `ms`, or with an error for which `isLost`: the rest would have none either.
 */
export async function takeLooks(
  looks: readonly Look[],
  isLost: (error: unknown) => boolean,
  todo: string,
  ms = LOOK_MS,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { check, take } of looks) {
    try {
      const finding = await withDeadline(take(), ms, 'the answer');
      if (finding !== undefined) findings.push(finding);
    } catch (error) {
      findings.push(fail(check, messageOf(error), todo));
      if (isLost(error) || (error instanceof AppError && error.code === 'deadline-passed')) break;
    }
  }
  return findings;
}
