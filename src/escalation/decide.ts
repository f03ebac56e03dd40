/**
 * What is to be done now about a notification that is still open. Pure: the clock and all that is known come in as
 * arguments. Guarantees that each step of each cycle fires at most once, in order; that after a downtime only the newest
 * step that is due fires; that nothing fires after the expiry; and that `dueAt` is always later than `now`.
 *
 * The steps fire `afterSeconds` after the start. With `repeat` the steps from `fromStep` on come again in cycles, one step
 * every `everySeconds` after the last one.
 */

import type { EscalationStep, ReadyPolicy } from '../domain/escalation-policy.ts';
import { afterOpenTime, isOpenAt, nextOpening } from '../domain/opening-hours.ts';

/** Where the escalation of one notification stands. */
export interface Standing {
  /** When the notification was logged: milliseconds since 1970, by Postgres's clock. */
  startedAt: number;
  /** The next one to look at: cycles from 0, steps from 1. */
  cycle: number;
  step: number;
}

/** What is known of the shop when the decision is made. */
export interface Circumstances {
  /** Said or chimed to the end in the shop. */
  isSpoken: boolean;
  /** A session of the shop can sound now. */
  isHearing: boolean;
  /** The shop has been reported deaf: then steps for what is unheard are due at once. */
  isDeaf: boolean;
}

export interface Fired {
  cycle: number;
  /** From 1. */
  step: number;
  when: EscalationStep['when'];
  targets: readonly string[];
}

export type Decision =
  | { outcome: 'expired' }
  /** `fired` is undefined where no step fires now. */
  | { outcome: 'goes-on'; fired: Fired | undefined; next: Standing; dueAt: number };

/** A step with the time at which it is due. */
interface Planned extends Fired {
  at: number;
}

/** `now` and `dueAt` are milliseconds since 1970, by Postgres's clock. */
export function decide(
  policy: ReadyPolicy,
  standing: Standing,
  circumstances: Circumstances,
  now: number,
): Decision {
  const { hours, outsideHours } = policy;
  const isOpen = hours === undefined || outsideHours === 'fire' || isOpenAt(hours, new Date(now));
  if (hours !== undefined && !isOpen && outsideHours === 'hold') {
    const dueAt = nextOpening(hours, new Date(now)).getTime();
    return { outcome: 'goes-on', fired: undefined, next: standing, dueAt };
  }
  const expiresAt = expiryOf(policy, standing);
  if (now >= expiresAt) return { outcome: 'expired' };

  const { due, following } = dueAndFollowing(policy, standing, expiresAt, now);
  // A deaf shop's step for what is unheard does not wait for its time.
  const isEarly = due.length === 0 && isOpen && circumstances.isDeaf && following[0]?.when === 'unheard';
  const reached = isEarly ? following.slice(0, 1) : due;
  const fired = isOpen ? reached.findLast(({ when }) => applies(when, circumstances)) : undefined;
  const next = isEarly ? following[1] : following[0];
  return {
    outcome: 'goes-on',
    fired: fired === undefined ? undefined : firedOf(fired),
    next: { startedAt: standing.startedAt, ...placeOf(policy, next) },
    dueAt: next?.at ?? expiresAt,
  };
}

/** When nothing happens any more: milliseconds since 1970. With `hold` only the time counts in which the shop is open. */
export function expiryOf(policy: ReadyPolicy, standing: Standing): number {
  return timeAfter(policy, standing, policy.expireAfterSeconds);
}

/** The steps that are due, and of the others the next two. */
function dueAndFollowing(policy: ReadyPolicy, standing: Standing, expiresAt: number, now: number) {
  const due: Planned[] = [];
  const following: Planned[] = [];
  for (const step of stepsFrom(policy, standing)) {
    const planned = { ...step, at: timeAfter(policy, standing, step.afterSeconds) };
    if (planned.at >= expiresAt || following.length === 2) break;
    (planned.at <= now ? due : following).push(planned);
  }
  return { due, following };
}

/** With `hold` the clock stands still while the shop is closed. */
function timeAfter({ hours, outsideHours }: ReadyPolicy, { startedAt }: Standing, seconds: number): number {
  if (hours === undefined || outsideHours !== 'hold') return startedAt + seconds * 1000;
  return afterOpenTime(hours, new Date(startedAt), seconds * 1000).getTime();
}

function applies(when: EscalationStep['when'], { isSpoken, isHearing }: Circumstances): boolean {
  switch (when) {
    case 'unacknowledged':
      return true;
    case 'unheard':
      return !isSpoken || !isHearing;
  }
}

/** The steps from the standing on, in their order, with those that come again. */
function* stepsFrom({ steps, repeat }: ReadyPolicy, from: Standing) {
  const isAhead = (cycle: number, step: number) =>
    cycle > from.cycle || (cycle === from.cycle && step >= from.step);
  for (const [index, step] of steps.entries()) {
    if (isAhead(0, index + 1)) yield { ...step, cycle: 0, step: index + 1 };
  }
  let afterSeconds = steps.at(-1)?.afterSeconds ?? 0;
  for (let cycle = 1; repeat !== undefined && cycle <= repeat.times; cycle++) {
    for (const [index, step] of steps.entries()) {
      if (index + 1 < repeat.fromStep) continue;
      afterSeconds += repeat.everySeconds;
      if (isAhead(cycle, index + 1)) yield { ...step, afterSeconds, cycle, step: index + 1 };
    }
  }
}

/** Behind the last step there is a place as well: only the expiry is left. */
function placeOf(
  { steps, repeat }: ReadyPolicy,
  planned: Planned | undefined,
): { cycle: number; step: number } {
  if (planned !== undefined) return { cycle: planned.cycle, step: planned.step };
  return { cycle: (repeat?.times ?? 0) + 1, step: steps.length + 1 };
}

function firedOf({ cycle, step, when, targets }: Planned): Fired {
  return { cycle, step, when, targets };
}
