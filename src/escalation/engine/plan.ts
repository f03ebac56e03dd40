/**
 * What is to be written for the open notifications that are due. Pure. Guarantees that one which cannot be decided, since its
 * policy cannot be read, is put off and holds up no other.
 */

import { v5 as uuidOfName } from 'uuid';
import type { ReadPolicy } from '../../domain/escalation-policy.ts';
import type { LoggedNotification } from '../../domain/notification.ts';
import type { BellEvent } from '../../outbox/record-bell.ts';
import { decide, expiryOf, type Fired, type Standing } from '../decide.ts';
import type { NewDelivery } from '../deliveries/insert-deliveries.ts';
import type { DueEscalation } from './claim.ts';

/** The open notification of a shop, by its place in the log. */
export interface OpenPlace {
  shopId: string;
  seq: number;
}

export type Presence = 'hearing' | 'silent' | 'deaf';

/** A step that fires, with all that tells of it. */
export interface FiredStep extends OpenPlace, Fired {
  policyId: number;
  presence: Presence;
  /** When it was due. */
  dueAt: number;
  event: BellEvent;
  deliveries: NewDelivery[];
}

export interface Move extends OpenPlace {
  next: Standing;
  dueAt: number;
}

/** Times are milliseconds since 1970, by Postgres's clock. */
export interface Plan {
  fired: FiredStep[];
  moves: Move[];
  /** They end without an answer. */
  expired: (OpenPlace & { event: BellEvent })[];
  /** Retention has removed them. */
  gone: OpenPlace[];
  /** They could not be decided, and are looked at again. */
  postponed: (OpenPlace & { fault: string })[];
}

/** How long one is put off that cannot be decided. */
export const POSTPONE_MS = 60_000;

/** No policy lets a notification escalate for longer. */
const LONGEST_MS = 2 * 86_400_000;

export function planSteps(
  due: readonly DueEscalation[],
  policies: ReadonlyMap<number, ReadPolicy>,
  now: number,
): Plan {
  const plan: Plan = { fired: [], moves: [], expired: [], gone: [], postponed: [] };
  for (const one of due) planOne(plan, one, policies.get(one.policyId), now);
  return plan;
}

function planOne(plan: Plan, due: DueEscalation, read: ReadPolicy | undefined, now: number): void {
  const { shopId, seq, standing, notification } = due;
  if (notification === undefined) {
    plan.gone.push({ shopId, seq });
    return;
  }
  const decided = decideSafely(due, read, now);
  if (decided.outcome === 'undecided') {
    if (now >= standing.startedAt + LONGEST_MS) plan.expired.push(expiredOf(notification, now));
    else postpone(plan, due, decided.fault, now);
    return;
  }
  if (decided.outcome === 'expired') {
    plan.expired.push(expiredOf(notification, now));
    return;
  }
  const { fired, next, dueAt, expiresAt } = decided;
  plan.moves.push({ shopId, seq, next, dueAt });
  if (fired !== undefined) plan.fired.push(firedStep(due, notification, { fired, expiresAt, now }));
}

function postpone(plan: Plan, { shopId, seq, standing }: DueEscalation, fault: string, now: number): void {
  plan.postponed.push({ shopId, seq, fault });
  plan.moves.push({ shopId, seq, next: standing, dueAt: now + POSTPONE_MS });
}

function decideSafely({ standing, circumstances }: DueEscalation, read: ReadPolicy | undefined, now: number) {
  if (read === undefined) return { outcome: 'undecided', fault: 'its policy is missing' } as const;
  if (!read.ok) return { outcome: 'undecided', fault: `its policy: ${read.path} ${read.rule}` } as const;
  try {
    const { policy } = read;
    return { ...decide(policy, standing, circumstances, now), expiresAt: expiryOf(policy, standing) };
  } catch (error) {
    return { outcome: 'undecided', fault: String(error) } as const;
  }
}

interface Decided {
  fired: Fired;
  expiresAt: number;
  now: number;
}

function firedStep(
  due: DueEscalation,
  notification: LoggedNotification,
  { fired, expiresAt, now }: Decided,
): FiredStep {
  const { shopId, seq, policyId, dueAt, circumstances } = due;
  const { cycle, step, when, targets } = fired;
  const presence = presenceOf(circumstances);
  const key = 'notification.escalated';
  const facts = { ...notification, step, cycle, when, presence };
  const messageId = idOf(key, notification, cycle, step);
  const body = JSON.stringify({ type: key, timestamp: new Date(now).toISOString(), data: facts });
  return {
    ...{ shopId, seq, policyId, dueAt, presence },
    ...fired,
    event: { key, messageId, body: { ...facts, targets } },
    deliveries: targets.map((target) => ({
      type: key,
      shopId,
      step: { seq, cycle, step },
      target,
      bellEventId: messageId,
      body,
      expiresAt: new Date(expiresAt),
    })),
  };
}

function presenceOf({ isDeaf, isHearing }: DueEscalation['circumstances']): Presence {
  if (isDeaf) return 'deaf';
  return isHearing ? 'hearing' : 'silent';
}

function expiredOf(notification: LoggedNotification, now: number): Plan['expired'][number] {
  const { shopId, seq, type, orderId, content } = notification;
  const key = 'notification.expired';
  const messageId = idOf(key, notification);
  const occurredAt = new Date(now).toISOString();
  const body = { eventId: messageId, shopId, occurredAt, seq, type, orderId, content };
  return { shopId, seq, event: { key, messageId, body } };
}

const NAMESPACE = '8d0f6a3e-5b1c-4f27-9a64-3c2e71d5b890';

/** The same for the same thing, however often it is written. A place in the log that was restored has another event. */
function idOf(key: string, { shopId, seq, eventId }: LoggedNotification, cycle = 0, step = 0): string {
  return uuidOfName([key, shopId, seq, eventId, cycle, step].join('\n'), NAMESPACE);
}
