/** What the sender does, as it happens. An observer must be quick and must not throw. */

import type { TargetKind } from '../../domain/escalation-target.ts';
import type { EndedReason } from './attempt.ts';

export interface DeliveryObserver {
  /** It was made. */
  delivered(kind: TargetKind): void;
  ended(kind: TargetKind | 'none', reason: EndedReason, count?: number): void;
  /** One attempt is over. `result` is as in the table, such as `204` or `timeout`. */
  attempted(kind: TargetKind, outcome: AttemptOutcome, seconds: number): void;
}

export const ATTEMPT_OUTCOMES = [
  '2xx',
  '3xx',
  '4xx',
  '5xx',
  'timeout',
  'address-refused',
  'unreachable',
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** Of a result's first word. */
export function outcomeOfResult(result: string): AttemptOutcome {
  const word = result.split(',')[0] ?? '';
  const known = ATTEMPT_OUTCOMES.find((one) => one === word || one === `${word[0]}xx`);
  return known ?? 'unreachable';
}
